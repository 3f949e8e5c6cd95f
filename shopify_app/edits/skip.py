"""Skipping one billing cycle, and bringing it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shopify_app.context import Context
from shopify_app.contracts import holds, mirror
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import door
from shopify_app.edits.answers import Answer, Refusal
from shopify_app.edits.change import Change, Standing, Target
from shopify_app.gateways.shopify import cycles as gateway
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_


def skip(ctx: Context, shop_id: int, contract_gid: str, index: int, actor: str) -> Answer:
    """Skip a cycle of a contract: it is neither charged nor delivered."""
    return door.carry_out(ctx, Skipping(True), Target(shop_id, contract_gid, index, actor))


def unskip(ctx: Context, shop_id: int, contract_gid: str, index: int, actor: str) -> Answer:
    """Bring a skipped cycle back."""
    return door.carry_out(ctx, Skipping(False), Target(shop_id, contract_gid, index, actor))


def why_not(contract: Contract, cycle: BillingCycle, wanted: bool) -> Refusal | None:
    """Return why the cycle cannot be skipped (or, with `wanted` False, brought back); None when it can. Pure."""
    if contract.status in mirror.ENDED:
        return Refusal.ENDED
    if cycle.status == "BILLED":
        return Refusal.PAID
    return Refusal.ALREADY if cycle.skipped is wanted else None


@dataclass(frozen=True)
class Skipping(Change):
    """`wanted` is True to skip, False to bring back."""

    wanted: bool

    @property
    def name(self) -> str:
        return "skip" if self.wanted else "unskip"

    @property
    def asked_kind(self) -> str:
        return "order.skip_requested" if self.wanted else "order.unskip_requested"

    @property
    def done_kind(self) -> str:
        return "order.skipped" if self.wanted else "order.unskipped"

    @property
    def done_words(self) -> str:
        return N_("Skipped") if self.wanted else N_("Brought back")

    def why_not(self, standing: Standing) -> Refusal | None:
        return why_not(standing.contract, standing.cycle, self.wanted)

    def before(self, cycle: BillingCycle) -> Json:
        return {"skipped": cycle.skipped}

    def after(self) -> Json:
        return {"skipped": self.wanted}

    def send(self, client: AdminClient, target: Target) -> None:
        (gateway.skip if self.wanted else gateway.unskip)(client, target.contract_gid, target.index)

    def is_true(self, cycle: BillingCycle) -> bool:
        return cycle.skipped is self.wanted

    def settle(self, cycle: BillingCycle, now: datetime) -> None:
        holds.let_go(cycle, now)
        if self.wanted:
            cycle.parked_reason = None  # nobody has to decide about a charge that is not made

    def undo(self, before: Json) -> Skipping:
        return Skipping(not self.wanted)
