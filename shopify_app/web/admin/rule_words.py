"""The rules for shoppers in a merchant's words."""

from __future__ import annotations

from collections.abc import Iterable

_LIMITS = {
    "cutoff": "the time until which an order can be changed",
    "too_soon": "the time until which an order can be changed",
    "minimum": "the orders to be paid first",
    "skips_a_year": "the skips in twelve months",
    "skips_in_a_row": "the skips in a row",
    "pause": "the longest pause",
    "too_far": "the distance of a move",
    "swap": "the products to swap for",
}


def against(codes: Iterable[object]) -> str:
    """Return which rules something goes against: "your rule for shoppers about the longest pause"; empty for none."""
    found = [words for start, words in _LIMITS.items() if any(str(code).startswith(start) for code in codes)]
    limits = list(dict.fromkeys(found))
    return f"your rule{'s' * (len(limits) > 1)} for shoppers about {' and '.join(limits)}" if limits else ""
