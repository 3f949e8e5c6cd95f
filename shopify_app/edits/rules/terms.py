"""What a merchant can decide about shoppers' changes. The defaults forbid nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from shopify_app.kit.db import Json

OF_ONE_ORDER = ("skip", "unskip", "move", "order_now", "contents", "restore", "order_address")
"""Actions on one order, by the names of `edits/changes.py`."""
OF_CONTRACT = (
    "quantity",
    "swap",
    "add",
    "remove",
    "frequency",
    "address",
    "paid_order",
    "delivery",
    "note",
    "out_of_stock",
    "discount",
    "manual_discount",
    "remove_discount",
    "payment_method",
    "backup_method",
    "pause",
    "resume",
    "reactivate",
    "cancel",
)
UNRULED = ("withdraw", "stay_discount", "price_step", "own_price")
"""What no rule holds up: a right that the law gives, what staff offer themselves, and the price that was agreed."""
GOES_WITH = {
    "unskip": "skip",
    "restore": "contents",
    "order_address": "address",
    "manual_discount": "discount",
    "remove_discount": "discount",
}
"""Actions that share the switch of another."""
SWITCHES = tuple(name for name in OF_ONE_ORDER + OF_CONTRACT if name not in GOES_WITH)
IN_MAILS = ("skip", "move")
"""Switches that links in mails have, too."""
ANY, SAME_PLAN, SAME_PRODUCT, LISTED = "any", "plan", "product", "listed"
SWAPS = (ANY, SAME_PLAN, SAME_PRODUCT, LISTED)


@dataclass(frozen=True)
class Rules:
    """None and 0 mean no limit.

    `closed`: switches that are off for shoppers; `closed_in_mails`: those that are off in mails alone.
    `cutoff_hours`: how long before its charge an order is no longer changed. `before_…`: orders that must be paid
    first, unless the contract's own minCycles say otherwise. `skips_a_year`: in any twelve months. `move_days`: how
    far from the day that was planned first. `swap_products`: product gids, for `swaps` LISTED.
    """

    closed: frozenset[str] = frozenset()
    closed_in_mails: frozenset[str] = frozenset()
    cutoff_hours: int = 0
    before_cancel: int = 0
    before_pause: int = 0
    before_remove: int = 0
    skips_a_year: int | None = None
    skips_in_a_row: int | None = None
    pause_days: int | None = None
    move_days: int | None = None
    swaps: str = ANY
    swap_products: tuple[str, ...] = ()

    @property
    def limits_skips(self) -> bool:
        return self.skips_a_year is not None or self.skips_in_a_row is not None

    def is_closed(self, action: str, *, is_link: bool) -> bool:
        """Answer whether a switch is off for an action, from a link in a mail or else in the account."""
        switch = GOES_WITH.get(action, action)
        return switch in self.closed or (is_link and switch in self.closed_in_mails)

    def as_json(self) -> Json:
        """Return what differs from the defaults, as plain JSON."""
        values = {name: value for name, value in asdict(self).items() if value != getattr(FREE, name)}
        return {name: _plain(value) for name, value in values.items()}


FREE = Rules()
"""What holds for a shop that decided nothing."""
_SETS, _LISTS = ("closed", "closed_in_mails"), ("swap_products",)


def from_json(values: Mapping[str, Any]) -> Rules:
    """Return the rules that `as_json` kept; a field that another version wrote is left out."""
    known = {field.name for field in fields(Rules)}
    given = {name: value for name, value in values.items() if name in known}
    given |= {name: frozenset(given[name]) for name in _SETS if name in given}
    return Rules(**given | {name: tuple(given[name]) for name in _LISTS if name in given})


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    return list(value) if isinstance(value, tuple) else value
