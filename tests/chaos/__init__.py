"""The whole product as real processes, killed at random, on a Shopify that loses things."""
