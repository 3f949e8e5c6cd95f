"""A shop as its shoppers see it: products, cart, checkout, and the app's theme blocks drawn by Liquid."""

from sandbox.faces.storefront.pages import add_storefront

__all__ = ["add_storefront"]
