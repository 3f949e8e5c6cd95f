"""A local Shopify and a local Klaviyo that speak the real wire protocols.

Perennial's development, demo and tests run against this package over HTTP, exactly as they would run against
Shopify. It imports nothing of ``shopify_app``: the two meet on the wire only, so that an error in one cannot
hide in the other. It is not part of the production image. See ``sandbox/README.md``.
"""
