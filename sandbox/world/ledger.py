"""The judge: every captured payment, and what is wrong with it.

A payment is written when money moves, with the circumstances of that moment, by the part that plays Shopify's
payment system. Nothing else writes here and nothing is ever taken back, so the ledger can be held against
whatever the app believes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sandbox.world.store import Row, Store

STOPPED = ("PAUSED", "CANCELLED", "EXPIRED")
EARLY = timedelta(hours=24)  # schema 2026-10: BILLING_CYCLE_CHARGE_BEFORE_EXPECTED_DATE is "over 24 hours" early


class Ledger:
    """Captured payments of all shops. ``due_source(now)`` lists the cycles that should have been billed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.due_source: Callable[[datetime], list[Row]] = lambda now: []

    def capture(self, shop: str, **payment: Any) -> Row:
        """Write one payment. Fields: contract_id, cycle_index, attempt_id, key, amount (decimal text),
        currency, at (business time, ISO), order_id, expected_at, skipped, status, uninstalled, foreign,
        replaced_by (the cycle that Shopify's own retry billed instead, or None)."""
        return self._store.collection("ledger", shop).add({"shop": shop, **payment})

    def payments(self, shop: str | None = None) -> list[Row]:
        """All payments of a shop or of all shops, oldest first."""
        shops = [shop] if shop else self._store.scopes("ledger")
        rows = [row for name in shops for row in self._store.collection("ledger", name)]
        return sorted(rows, key=lambda row: int(row["id"]))

    def violations(self, shop: str | None = None) -> list[dict[str, Any]]:
        """What should never have been charged: one entry per offence, with the payment and the reason."""
        payments = self.payments(shop)
        return [*_doubles(payments), *(v for p in payments for v in _faults_of(p))]

    def due_unbilled(self, now: datetime) -> list[Row]:
        """Cycles of active contracts, expected by now, not skipped, that no payment covers, each with its
        `outcome`: declined, waiting or missed."""
        return [cycle for cycle in self.due_source(now) if not cycle["billed"]]

    def verdict(self, now: datetime) -> dict[str, int]:
        """The numbers of the dashboard's sentence.

        due: cycles expected by now, or paid (a charge may come up to a day early); once, twice: how often paid;
        declined: tried and refused; waiting: expected within the last day, or under way; missed: nobody tried.
        """
        due = self.due_source(now)
        outcomes = [cycle["outcome"] for cycle in due]
        counts: dict[tuple[Any, ...], int] = defaultdict(int)
        for payment in self.payments():
            counts[_cycle(payment)] += 1
        return {
            "due": len(counts.keys() | {_cycle(cycle) for cycle in due}),
            "once": sum(1 for n in counts.values() if n == 1),
            "twice": sum(1 for n in counts.values() if n > 1),
            "declined": outcomes.count("declined"),
            "waiting": outcomes.count("waiting"),
            "missed": outcomes.count("missed"),
            "violations": len(self.violations()),
        }


def _cycle(payment: Row) -> tuple[Any, ...]:
    return payment["shop"], payment["contract_id"], payment["cycle_index"]


def _doubles(payments: list[Row]) -> list[dict[str, Any]]:
    seen: dict[tuple[Any, ...], Row] = {}
    found = []
    for payment in payments:
        first = seen.setdefault(_cycle(payment), payment)
        if first is not payment:
            found.append(_violation("charged_twice", payment, f"cycle was paid by ledger entry {first['id']}"))
    return found


def _faults_of(payment: Row) -> list[dict[str, Any]]:
    found = []
    if payment.get("skipped"):
        found.append(_violation("charged_skipped", payment, "the cycle is skipped"))
    if payment.get("status") in STOPPED:
        found.append(_violation("charged_inactive", payment, f"the contract is {payment.get('status')}"))
    if payment.get("uninstalled"):
        found.append(_violation("charged_after_uninstall", payment, "the app is not installed"))
    if payment.get("replaced_by"):
        reason = f"Shopify's own retry billed cycle {payment['replaced_by']} in its place"
        found.append(_violation("charged_replaced", payment, reason))
    early = datetime.fromisoformat(payment["expected_at"]) - datetime.fromisoformat(payment["at"])
    if early > EARLY:
        found.append(_violation("charged_early", payment, f"{early} before the expected date"))
    return found


def _violation(kind: str, payment: Row, reason: str) -> dict[str, Any]:
    return {"kind": kind, "reason": reason, "payment": payment}
