"""The metrics we send to Klaviyo, on one page. Names are an API: merchants' flows hang on them, so none is renamed.

Neutral Title Case, action first, as Klaviyo's guide for subscription platforms has it. Docs: docs/events.md.
What each event says stands in `events/told.py`.
"""

from __future__ import annotations

from shopify_app.channels.klaviyo.events.told import EVENTS

CHANNEL = "klaviyo"
SCHEMA_VERSION = "1"

METRICS = {event.kind: event.name for event in EVENTS}
"""Fact kind → metric name."""
