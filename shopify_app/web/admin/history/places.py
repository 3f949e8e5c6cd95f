"""A place in the line of time as an address keeps it: where the next page begins."""

from __future__ import annotations

from datetime import UTC, datetime

from shopify_app.edits.contract.requests import LONGEST_ID
from shopify_app.web.admin.history.sources import DATE_EDIT, EDIT, NOTE, Place

_FARTHEST = 4_102_444_800
"""The year 2100: an address that names a later second is none of ours."""


def write(place: Place) -> str:
    """Return a place as a word for an address."""
    return f"{int(place.second.timestamp())}.{place.rank}.{place.key}"


def read(text: str) -> Place | None:
    """Return the place that a word names; None for one that names none."""
    second, _, rest = text.partition(".")
    rank, _, key = rest.partition(".")
    if not all(_is_number(each) for each in (second, rank)) or int(rank) > NOTE or int(second) > _FARTHEST:
        return None
    at = datetime.fromtimestamp(int(second), UTC)
    if int(rank) in (DATE_EDIT, EDIT):
        return Place(at, int(rank), key) if 0 < len(key) <= LONGEST_ID and "\x00" not in key else None
    return Place(at, int(rank), int(key)) if _is_number(key) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
