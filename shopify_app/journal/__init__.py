"""What happened: one append-only row per fact, written in the transaction of the change itself.

The timeline, Klaviyo and every later channel read it. Must not know who reads.
"""
