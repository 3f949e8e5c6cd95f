"""Charging: find what is due, ask the gates, write the intent, call once, settle the outcome.

Money rule: the attempt row with its deterministic key is committed before the call, and nothing but the same key
is ever sent again for it.
"""
