"""What a person changes about a subscription at Shopify: asked for, confirmed by reading again, written down."""
