"""Talking to an address that a merchant typed in: never to a machine of ours, never on to another address."""
