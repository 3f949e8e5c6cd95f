"""Shopify's Admin API: one client, one module per noun, one GraphQL operation or fragment per file in operations/."""
