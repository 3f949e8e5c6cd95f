"""What the line of time can be narrowed down to: name in the address → words, fact kinds and sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from shopify_app.kit.speech import N_
from shopify_app.web.admin.history.sources import CALLS, CHARGE, DROPPED, FACT, NOTE, PLANNED, Source
from shopify_app.web.admin.sentences import TELLINGS

ALL, CHARGES, CHANGES, TOLD, STOCK, ASKED, WRITTEN = "", "charges", "changes", "told", "stock", "calls", "notes"
_TOLD = ("order.upcoming", "order.changed", "delivery.")
_CHARGES = ("order.processed", "charge.", "charging.", "payment.", "payment_method.")
_STOCK = ("stock.",)


class Kind(NamedTuple):
    """A choice of the filter: its words, which facts belong to it (None: all), and which sources are read."""

    words: str
    facts: Callable[[str], bool] | None
    sources: tuple[int, ...]


def _is_change(kind: str) -> bool:
    is_about_it = kind.startswith(("subscription.", "order.", "task."))
    return is_about_it and not kind.startswith((*_TOLD, *_CHARGES))


KINDS = {
    ALL: Kind(N_("Everything"), None, (FACT, DROPPED, PLANNED, NOTE, *CALLS)),
    CHARGES: Kind(N_("Charges"), lambda kind: kind.startswith(_CHARGES), (FACT, CHARGE)),
    CHANGES: Kind(N_("Changes and tasks"), _is_change, (FACT,)),
    TOLD: Kind(N_("Notices"), lambda kind: kind.startswith(_TOLD), (FACT, DROPPED, PLANNED)),
    STOCK: Kind(N_("Stock"), lambda kind: kind.startswith(_STOCK), (FACT,)),
    WRITTEN: Kind(N_("Notes of staff"), lambda kind: kind.startswith("staff_note."), (FACT, NOTE)),
    ASKED: Kind(N_("Calls to Shopify"), None, CALLS),
}


def facts_of(kind: Kind) -> Sequence[str] | None:
    """Return the fact kinds that belong to a choice; None for all of them, also those without words yet."""
    return None if kind.facts is None else [each for each in TELLINGS if kind.facts(each)]


def narrowed(sources: Sequence[Source], kind: Kind) -> list[Source]:
    """Return the sources that belong to a choice."""
    return [source for source in sources if source.rank in kind.sources]
