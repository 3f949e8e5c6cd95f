"""Changing many subscriptions: the form, what was weighed, how far it has come, and what came of each."""
