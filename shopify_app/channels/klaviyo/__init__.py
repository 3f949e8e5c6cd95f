"""Klaviyo as a channel: which facts become which metric, how they read, and the shop's connection."""
