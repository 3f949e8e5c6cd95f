"""The protocols: GraphQL over HTTP with its costs and errors, OAuth, and webhooks."""
