"""Changing the items of a subscription for good: another quantity, another product, one more, one less.

Each is one draft and one commit at Shopify. Prices come with the action, from `goods.py`, so that what is asked for
is what was shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import Contract, ContractLine
from shopify_app.edits.contract import prices
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Line, Picture
from shopify_app.gateways.shopify import drafts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_

MOST = 999
"""The largest quantity that a form takes; Shopify's own bound is not published."""


def find(contract: Contract, line_gid: str) -> ContractLine | None:
    """Return a contract's item of this gid."""
    return next((line for line in contract.lines if line.shopify_gid == line_gid), None)


class _OfLine(Action):
    """An edit of one item that is in the subscription."""

    line_gid: str
    is_draft: ClassVar[bool] = True

    def why_not(self, standing: Standing) -> No | None:
        if standing.contract.status in ENDED:
            return No.ENDED
        line = find(standing.contract, self.line_gid)
        return self._why_not(line, standing.contract) if line else No.LINE_GONE

    def _why_not(self, line: ContractLine, contract: Contract) -> No | None:
        return No.ALREADY if self.is_true(contract, {}) else None

    def _painted(self, before: Picture, paint: Callable[[Line], Line]) -> Picture:
        lines = tuple(paint(line) if line.gid == self.line_gid else line for line in before.lines)
        return replace(before, lines=lines)


@dataclass(frozen=True)
class Quantity(_OfLine):
    """An item in another quantity, at least 1."""

    line_gid: str
    quantity: int

    name: ClassVar[str] = "quantity"
    done_words: ClassVar[str] = N_("Quantity changed")

    def paint(self, before: Picture) -> Picture:
        return self._painted(before, lambda line: line.times(self.quantity, before.currency))

    def send(self, client: AdminClient, contract_gid: str) -> None:
        drafts.change(client, contract_gid, [drafts.update_line(self.line_gid, quantity=self.quantity)])

    def is_true(self, contract: Contract, before: Json) -> bool:
        line = find(contract, self.line_gid)
        return line is not None and line.quantity == self.quantity

    def undo(self, before: Json) -> Action | None:
        line = _line_of(before, self.line_gid)
        return Quantity(self.line_gid, line["quantity"]) if line else None


@dataclass(frozen=True)
class Swap(_OfLine):
    """An item becomes another variant, in the same quantity, at `price` a unit (amount as text).

    `pricing` is the policy the new item gets, `old_pricing` the one it had: to take the swap back.
    """

    line_gid: str
    variant_gid: str
    title: str
    variant_title: str | None
    price: str
    currency: str
    pricing: Json | None = None
    old_pricing: Json | None = None

    name: ClassVar[str] = "swap"
    done_words: ClassVar[str] = N_("Swapped")

    def asked(self) -> Json:
        return {"line_gid": self.line_gid, "variant_gid": self.variant_gid}

    def paint(self, before: Picture) -> Picture:
        def swapped(line: Line) -> Line:
            named = replace(line, variant_gid=self.variant_gid, title=self.title, variant_title=self.variant_title)
            return named.at(Decimal(self.price), before.currency)

        return self._painted(before, swapped)

    def send(self, client: AdminClient, contract_gid: str) -> None:
        fields = {"productVariantId": self.variant_gid, "currentPrice": self.price}
        step = drafts.update_line(self.line_gid, **fields, **_policy(self.pricing, self.currency))
        drafts.change(client, contract_gid, [step])

    def is_true(self, contract: Contract, before: Json) -> bool:
        line = find(contract, self.line_gid)
        return line is not None and line.variant_gid == self.variant_gid

    def undo(self, before: Json) -> Action | None:
        line = _line_of(before, self.line_gid)
        if not line or not line["variant_gid"]:
            return None
        what = (line["variant_gid"], line["title"], line["variant_title"], line["price"])
        return Swap(self.line_gid, *what, self.currency, self.old_pricing, self.pricing)


@dataclass(frozen=True)
class Remove(_OfLine):
    """An item leaves the subscription, unless it is the last. `kept` is what `Add` needs to bring it back."""

    line_gid: str
    kept: Json | None = None

    name: ClassVar[str] = "remove"
    done_words: ClassVar[str] = N_("Removed")

    def asked(self) -> Json:
        return {"line_gid": self.line_gid}

    def _why_not(self, line: ContractLine, contract: Contract) -> No | None:
        return No.LAST_LINE if len(contract.lines) == 1 else None

    def paint(self, before: Picture) -> Picture:
        return replace(before, lines=tuple(line for line in before.lines if line.gid != self.line_gid))

    def send(self, client: AdminClient, contract_gid: str) -> None:
        drafts.change(client, contract_gid, [drafts.remove_line(self.line_gid)])

    def is_true(self, contract: Contract, before: Json) -> bool:
        return find(contract, self.line_gid) is None

    def undo(self, before: Json) -> Action | None:
        return Add(**self.kept) if self.kept else None


@dataclass(frozen=True)
class Add(Action):
    """One more item, in all orders to come, at `price` a unit (amount as text), on the plan of the other items.

    `line_gid` is known once it is there.
    """

    variant_gid: str
    quantity: int
    title: str
    variant_title: str | None
    price: str
    currency: str
    pricing: Json | None = None
    plan_gid: str | None = None
    plan_name: str | None = None
    line_gid: str | None = None

    name: ClassVar[str] = "add"
    done_words: ClassVar[str] = N_("Added")
    is_draft: ClassVar[bool] = True

    def asked(self) -> Json:
        return {"variant_gid": self.variant_gid, "quantity": self.quantity}

    def why_not(self, standing: Standing) -> No | None:
        if standing.contract.status in ENDED:
            return No.ENDED
        is_there = any(line.variant_gid == self.variant_gid for line in standing.contract.lines)
        return No.HAS_ITEM if is_there else None

    def paint(self, before: Picture) -> Picture:
        price = Decimal(self.price)
        what = (self.variant_gid, self.title, self.variant_title, self.quantity, price, price * self.quantity)
        return replace(before, lines=(*before.lines, Line(None, *what)))

    def send(self, client: AdminClient, contract_gid: str) -> None:
        plan = {"sellingPlanId": self.plan_gid, "sellingPlanName": self.plan_name} if self.plan_gid else {}
        fields = {"productVariantId": self.variant_gid, "quantity": self.quantity, "currentPrice": self.price}
        drafts.change(
            client, contract_gid, [drafts.add_line(**fields, **plan, **_policy(self.pricing, self.currency))]
        )

    def is_true(self, contract: Contract, before: Json) -> bool:
        return self._added(contract, before) is not None

    def learned(self, contract: Contract, before: Json) -> Action:
        line = self._added(contract, before)
        return replace(self, line_gid=line.shopify_gid if line else None)

    def undo(self, before: Json) -> Action | None:
        kept = {**self.wish(), "line_gid": None}
        return Remove(self.line_gid, kept) if self.line_gid else None

    def _added(self, contract: Contract, before: Json) -> ContractLine | None:
        known = {line["gid"] for line in before["lines"]}
        fresh = (line for line in contract.lines if line.shopify_gid not in known)
        return next((line for line in fresh if line.variant_gid == self.variant_gid), None)


def _line_of(picture: Json, gid: str) -> dict[str, Any] | None:
    return next((line for line in picture["lines"] if line["gid"] == gid), None)


def _policy(pricing: Json | None, currency: str) -> dict[str, Any]:
    return {"pricingPolicy": prices.as_input(pricing, currency)} if pricing else {}
