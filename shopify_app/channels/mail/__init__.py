"""Mail as a channel: alerts to staff, and what a shopper needs to know while Klaviyo cannot be told.

The hard rule is *once*. SMTP has no key by which a server knows a repeat, so what may have been taken is never sent
again by itself (docs/decisions/0011). One lock per shop keeps Klaviyo and mail from telling the same (`instead`).
"""
