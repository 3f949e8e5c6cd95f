"""Moving one billing cycle's charge to another date; the dates after it stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import ClassVar

from shopify_app.context import Context
from shopify_app.contracts import mirror
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import door
from shopify_app.edits.answers import Answer, Refusal
from shopify_app.edits.change import Change, Standing, Target
from shopify_app.gateways.shopify import cycles as gateway
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_

REASONS = {"link": gateway.BY_BUYER, "shopper": gateway.BY_BUYER, "merchant": gateway.BY_MERCHANT}


def move(ctx: Context, shop_id: int, contract_gid: str, index: int, to: datetime, actor: str) -> Answer:
    """Move a cycle's expected charge to an instant, in whole seconds (Shopify keeps no finer ones)."""
    return door.carry_out(ctx, Moving(to), Target(shop_id, contract_gid, index, actor))


def why_fixed(contract: Contract, cycle: BillingCycle) -> Refusal | None:
    """Return why the cycle cannot be moved, wherever to; None when it can. Pure."""
    if contract.status in mirror.ENDED:
        return Refusal.ENDED
    if cycle.status == "BILLED":
        return Refusal.PAID
    if cycle.skipped:
        return Refusal.SKIPPED
    return Refusal.TRIED if cycle.attempted_at is not None else None


def on_day(cycle: BillingCycle, day: date, zone: tzinfo) -> Moving:
    """Return the move of a cycle to a local day, at the time of day it has now."""
    wall = cycle.expected_at.astimezone(zone)
    return Moving(datetime.combine(day, wall.time(), tzinfo=zone))


@dataclass(frozen=True)
class Moving(Change):
    """The cycle's expected date becomes `to`."""

    to: datetime

    name: ClassVar[str] = "move"
    asked_kind: ClassVar[str] = "order.move_requested"
    done_kind: ClassVar[str] = "order.moved"
    done_words: ClassVar[str] = N_("Moved")

    def wish(self) -> Json:
        return {"to": self.to.isoformat()}

    def why_not(self, standing: Standing) -> Refusal | None:
        """Our rule and, as far as they are known, Shopify's bounds.

        A cycle's "billing date range" is written nowhere (error OUT_OF_BOUNDS, schema 2026-10). Harder case: after
        its start and now, and between its neighbours' expected dates.
        """
        fixed = why_fixed(standing.contract, standing.cycle)
        if fixed is not None:
            return fixed
        return Refusal.ALREADY if self.is_true(standing.cycle) else self._out_of_bounds(standing)

    def _out_of_bounds(self, standing: Standing) -> Refusal | None:
        if self.to <= standing.now:
            return Refusal.PAST
        if self.to < standing.cycle.start_at:
            return Refusal.BEFORE_START
        if standing.preceding_at is not None and self.to <= standing.preceding_at:
            return Refusal.BEFORE_PREVIOUS
        if standing.following_at is not None and self.to >= standing.following_at:
            return Refusal.AFTER_NEXT
        return None

    def before(self, cycle: BillingCycle) -> Json:
        return {"expected_at": cycle.expected_at.isoformat()}

    def after(self) -> Json:
        return {"expected_at": self.to.isoformat()}

    def send(self, client: AdminClient, target: Target) -> None:
        reason = REASONS.get(target.actor.split(":")[0], gateway.BY_APP)
        gateway.move(client, target.contract_gid, target.index, self.to, reason)

    def is_true(self, cycle: BillingCycle) -> bool:
        return abs(cycle.expected_at - self.to) < timedelta(seconds=1)

    def undo(self, before: Json) -> Change | None:
        return Moving(datetime.fromisoformat(before["expected_at"]))
