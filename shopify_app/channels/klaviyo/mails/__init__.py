"""The starter mails: one per metric and language, put together here and kept as files in `starter/`.

A merchant copies a file into Klaviyo and makes it their own. Klaviyo's tags are Django's; only default, if and for
are used. What an event may lack is asked for with `if`, so no mail shows a hole.
"""
