"""Stock of the items our contracts hold. For now: levels as Shopify tells them."""
