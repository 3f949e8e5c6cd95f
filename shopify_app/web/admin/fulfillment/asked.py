"""What an address asks the feed of changes for. What is not known counts as not asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from shopify_app.fulfillment.listing import ALL, OPEN, TAKEN, Wanted
from shopify_app.journal import feed

SOON = "soon"
SHOWS = [(OPEN, "To be acknowledged"), (TAKEN, "Acknowledged"), (ALL, "All")]
GROUPS = [
    ("", "Any change"),
    ("items", "Items and frequency"),
    ("dates", "Dates"),
    ("delivery", "Address, delivery, note and preferences"),
    ("payment", "Payment and discounts"),
    ("at_risk", "Whether it is paid"),
    ("status", "Started, paused, ended"),
    ("stock", "Stock"),
]
SHIPS = [
    ("", "On any day"),
    ("today", "Today"),
    ("tomorrow", "Tomorrow"),
    (SOON, "Until tomorrow"),
    ("week", "Within seven days"),
    ("past", "Before today"),
]
LONGEST_SEARCH = 200


def wanted(args: Mapping[str, str], today: date) -> Wanted:
    """Return the filter that an address names. `today`: of the shop."""
    show, group = args.get("show", OPEN), args.get("kind", "")
    first, last = _days(args.get("ships", ""), today)
    return Wanted(
        show=show if show in dict(SHOWS) else OPEN,
        group=group if group in feed.GROUPS else "",
        first=first,
        last=last,
        search=args.get("q", "").replace("\x00", "")[:LONGEST_SEARCH],
    )


def after(args: Mapping[str, str]) -> tuple[date, int] | None:
    """Return the place a page begins after."""
    day, _, number = args.get("after", "").partition("_")
    try:
        return (date.fromisoformat(day), int(number) % 2**63) if number.isascii() and number.isdigit() else None
    except ValueError:
        return None


def _days(ships: str, today: date) -> tuple[date | None, date | None]:
    tomorrow = today + timedelta(days=1)
    spans: dict[str, tuple[date | None, date | None]] = {
        "today": (today, today),
        "tomorrow": (tomorrow, tomorrow),
        SOON: (None, tomorrow),
        "week": (today, today + timedelta(days=6)),
        "past": (None, today - timedelta(days=1)),
    }
    return spans.get(ships, (None, None))
