"""Klaviyo's API through the official SDK, with our own timeouts, errors and retries left to the caller."""
