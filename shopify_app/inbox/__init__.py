"""What arrived from Shopify: received in the request, processed by a drain, pruned by the clock.

Called by `web/webhooks` and `schedule`; knows topics only as names in `topics.py`. `backoff` says what becomes of a
message that failed.
"""
