"""The metrics we send to Klaviyo, on one page. Names are an API: merchants' flows hang on them, so none is renamed.

Neutral Title Case, action first, as Klaviyo's guide for subscription platforms has it. Docs: docs/events.md.
"""

from __future__ import annotations

CHANNEL = "klaviyo"
SCHEMA_VERSION = "1"

METRICS = {
    "subscription.started": "Started Subscription",
    "order.upcoming": "Upcoming Subscription Order",
    "order.processed": "Processed Subscription Order",
}
"""Fact kind → metric name."""
