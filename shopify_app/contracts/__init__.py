"""Subscription contracts, their lines and their billing cycles: the mirror, and when each cycle is due.

Cycle indexes and dates are read from Shopify, never computed; only the hour of charging is ours.
"""
