"""Payments: failed charges by who can help, what was recovered, and which subscriptions are at risk."""
