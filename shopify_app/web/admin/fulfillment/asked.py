"""What an address asks the feed of changes for. What is not known counts as not asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from shopify_app.fulfillment.listing import ALL, OPEN, TAKEN, Wanted
from shopify_app.journal import feed
from shopify_app.kit.speech import N_

SHOWS = [(OPEN, N_("To be acknowledged")), (TAKEN, N_("Acknowledged")), (ALL, N_("All"))]
SOON = "soon"
GROUPS = [
    ("", N_("Any change")),
    ("items", N_("Items and frequency")),
    ("dates", N_("Dates")),
    ("delivery", N_("Address, delivery, note and preferences")),
    ("payment", N_("Payment and discounts")),
    ("at_risk", N_("Whether it is paid")),
    ("status", N_("Started, paused, ended")),
    ("stock", N_("Stock")),
]
SHIPS = [
    ("", N_("On any day")),
    ("today", N_("Today")),
    ("tomorrow", N_("Tomorrow")),
    (SOON, N_("Until tomorrow")),
    ("week", N_("Within seven days")),
    ("past", N_("Before today")),
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
