"""Shopify's Admin API: one client, one module per noun, one GraphQL operation per file in operations/."""
