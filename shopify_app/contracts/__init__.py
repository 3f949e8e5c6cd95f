"""Subscription contracts, their lines and their billing cycles: the mirror, and when each cycle is due.

Cycle indexes and dates are read from Shopify, never computed; only the hour of charging is ours. `mirror` writes a
reading, `importer` reads a new shop, `reconcile` finds what webhooks did not tell; `cycles` says what is due.
Called by `topics`, `schedule` and everything that changes a contract; knows nothing of charging.
"""
