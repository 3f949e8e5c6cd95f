"""A rule that stands in the way, in a sentence in somebody's language."""

from __future__ import annotations

from datetime import datetime, tzinfo

from shopify_app.edits.rules.forbidden import Forbidden
from shopify_app.web.voice import Voice, voice

FACE = "rules"


def words(why: Forbidden, tag: str, zone: tzinfo) -> str:
    """Return the sentence for a shopper whose language tag is `tag`; days and moments are those of `zone`."""
    speaks = voice(FACE, tag)
    return speaks.say(why, **{name: _said(speaks, name, value, zone) for name, value in why.values.items()})


def _said(speaks: Voice, name: str, value: int | datetime, zone: tzinfo) -> int | str:
    if not isinstance(value, datetime):
        return value
    return speaks.day(value, zone) if name.endswith("_on") else speaks.moment(value, zone)
