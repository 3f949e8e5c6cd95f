"""Where one order alone goes. The subscription and its other orders keep their address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

from shopify_app.contracts import contents
from shopify_app.contracts.models import BillingCycle
from shopify_app.edits.answers import Refusal
from shopify_app.edits.change import Change, Standing, Target
from shopify_app.edits.contents import Restoring, prices, told, why_fixed
from shopify_app.edits.contract import address
from shopify_app.gateways.shopify import drafts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.drafts import DraftLine, Step
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_


@dataclass(frozen=True)
class OrderAddress(Change):
    """`address` has the words of `address.FIELDS`: personal, erased with the person, never in the journal.

    `seen`: what the order holds, see `contents.picture`; it stays as it is.
    """

    seen: Json
    address: Json

    name: ClassVar[str] = "order_address"
    asked_kind: ClassVar[str] = "order.contents_requested"
    done_kind: ClassVar[str] = "order.contents_changed"
    done_words: ClassVar[str] = N_("The address of this order changed")

    def wish(self) -> Json:
        return asdict(self)

    def why_not(self, standing: Standing) -> Refusal | None:
        fixed = why_fixed(standing.contract, standing.cycle)
        if fixed is not None or standing.now >= standing.cycle.expected_at:
            return fixed or Refusal.LATE
        method = contents.of(standing.contract, standing.cycle).delivery_method
        if address.why_hidden_in(method) or address.wrong(self.address):
            return Refusal.NO_ADDRESS
        return Refusal.ALREADY if method and address.is_same(self.address, method.get("address")) else None

    def before(self, cycle: BillingCycle) -> Json:
        return told(self.seen) | {"edited": cycle.edited}

    def after(self) -> Json:
        return told(self.seen)

    def send(self, client: AdminClient, target: Target) -> None:
        drafts.change_cycle(client, target.contract_gid, target.index, self._steps)

    def _steps(self, lines: Sequence[DraftLine]) -> list[Step] | None:
        own = prices(self.seen, lines)
        return None if own is None else [drafts.set_address(self.address), *own]

    def is_true(self, cycle: BillingCycle) -> bool:
        method = (cycle.contents or {}).get("delivery_method") or {}
        return bool(method) and address.is_same(self.address, method.get("address"))

    def undo(self, before: Json) -> Change | None:
        """The address from before is nowhere kept; where nothing was edited, the subscription has it."""
        return None if before["edited"] else Restoring({"items": before["items"], "total": before["total"]})
