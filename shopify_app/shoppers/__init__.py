"""The people subscribed: Shopify customers and their payment methods, as far as Shopify lets us see them."""
