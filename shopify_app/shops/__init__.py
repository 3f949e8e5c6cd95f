"""Tenants: who installed us, with which token, in which zone, and whether work for them may go on.

Called by everyone right of it; must not know what is done for a shop.
"""
