"""How often something comes, in the shopper's words."""

from __future__ import annotations

from datetime import date

from babel.dates import format_skeleton

from shopify_app.kit.db import Json
from shopify_app.web.voice import Voice


def rhythm(policy: Json, speaks: Voice) -> str:
    """Return e.g. "Every month" or "Every 2 weeks, on Monday" for a billing or delivery policy of Shopify's."""
    often = speaks.say(f"every_{policy['interval']}", count=int(policy["intervalCount"]))
    return often + _fixed_day(next(iter(policy.get("anchors") or []), {}), speaks)


def _fixed_day(anchor: Json, speaks: Voice) -> str:
    kind = str(anchor.get("type", "")).lower()
    if kind == "weekday":
        return speaks.say("on_weekday", day=speaks.locale.days["format"]["wide"][int(anchor["day"]) - 1])
    if kind == "monthday":
        return speaks.say("on_monthday", day=anchor["day"])
    if kind == "yearday":
        at = date(2024, int(anchor["month"]), int(anchor["day"]))
        return speaks.say("on_yearday", day=format_skeleton("MMMMd", at, locale=speaks.locale))
    return ""
