"""What the shop offers: selling plan groups of this app, mirrored from Shopify and changed there for the merchant.

Contracts keep copies of the terms they were bought on: nothing here changes a contract.
"""
