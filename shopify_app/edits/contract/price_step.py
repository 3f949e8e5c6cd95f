"""Items at the price that their terms say from the next order on: Perennial's own edit, in time before the charge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar

from shopify_app.contracts import contents
from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.contracts.price_steps import Repriced
from shopify_app.edits.contract import lines
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Picture
from shopify_app.gateways.shopify import drafts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_


@dataclass(frozen=True)
class PriceStep(Action):
    """Items at the price that their terms say from the next order on. `prices`: {"line_gid", "old", "new"}, a unit's
    as text."""

    prices: list[Json]

    name: ClassVar[str] = "price_step"
    done_kind: ClassVar[str] = "subscription.price_changed"
    done_words: ClassVar[str] = N_("Price changed")
    is_draft: ClassVar[bool] = True

    def why_not(self, standing: Standing) -> No | None:
        if standing.contract.status in ENDED:
            return No.ENDED
        if self.is_true(standing.contract, {}):
            return No.ALREADY
        return None if self._has(standing.contract, "old") else No.STALE

    def paint(self, before: Picture) -> Picture:
        new = {each["line_gid"]: Decimal(each["new"]) for each in self.prices}
        painted = [line.at(new.get(line.gid or "", line.price), before.currency) for line in before.lines]
        return replace(before, lines=tuple(painted))

    def send(self, client: AdminClient, contract_gid: str) -> None:
        steps = [drafts.update_line(each["line_gid"], currentPrice=each["new"]) for each in self.prices]
        drafts.change(client, contract_gid, steps)

    def is_true(self, contract: Contract, before: Json) -> bool:
        return self._has(contract, "new")

    def told(self, contract: Contract) -> Json | None:
        return {"currency": contract.currency}

    def _has(self, contract: Contract, side: str) -> bool:
        found = [(lines.find(contract, each["line_gid"]), Decimal(each[side])) for each in self.prices]
        return all(line is not None and line.current_price == price for line, price in found)


def before(contract: Contract, cycle: BillingCycle | None) -> PriceStep | None:
    """Return the change of price that has to come before a cycle's charge, None when its order has the prices."""
    repriced = [line for line in contents.of(contract, cycle).lines if isinstance(line, Repriced)]
    prices = [
        {
            "line_gid": each.line.shopify_gid,
            "old": str(each.line.current_price),
            "new": str(each.current_price),
        }
        for each in repriced
    ]
    return PriceStep(prices) if prices else None
