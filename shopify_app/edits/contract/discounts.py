"""Discounts of a subscription: a code, one of the merchant's own, and away with either."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import taken_off
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Picture
from shopify_app.gateways.shopify import discounts as gateway
from shopify_app.gateways.shopify import drafts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_

CODE = "CODE_DISCOUNT"
"""DiscountType of what came as a code (schema 2026-10); on the contract it is titled as its admin page is, which need
not be the code."""
LONGEST = 100


class _New(Action):
    """A discount that a contract does not have yet. `gid` is known once it is there."""

    gid: str | None
    is_draft: ClassVar[bool] = True

    def why_not(self, standing: Standing) -> No | None:
        return No.ENDED if standing.contract.status in ENDED else None

    def is_true(self, contract: Contract, before: Json) -> bool:
        return self._added(contract, before) is not None

    def learned(self, contract: Contract, before: Json) -> Action:
        found = self._added(contract, before)
        return replace(self, gid=found["id"] if found else None)  # type: ignore[type-var]

    def undo(self, before: Json) -> Action | None:
        return RemoveDiscount(self.gid) if self.gid else None

    def _added(self, contract: Contract, before: Json) -> dict[str, Any] | None:
        known = {one["gid"] for one in before.get("discounts") or []}
        fresh = (one for one in contract.discounts if one["id"] not in known)
        return next((one for one in fresh if self._is_like(one)), None)

    def _is_like(self, discount: dict[str, Any]) -> bool:
        raise NotImplementedError


@dataclass(frozen=True)
class Discount(_New):
    """A discount code. Shopify alone knows what it is worth, for whom and until when, and says so when asked."""

    code: str
    gid: str | None = None

    name: ClassVar[str] = "discount"
    done_words: ClassVar[str] = N_("Discount code applied")

    def asked(self) -> Json:
        return {"code": self.code}

    def why_not(self, standing: Standing) -> No | None:
        titles = {(one.get("title") or "").casefold() for one in standing.contract.discounts}
        return super().why_not(standing) or (No.HAS_CODE if self.code.casefold() in titles else None)

    def paint(self, before: Picture) -> Picture:
        return before.with_discounts((*before.discounts, taken_off.Discount(None, self.code, kind=CODE)))

    def send(self, client: AdminClient, contract_gid: str) -> None:
        drafts.change(client, contract_gid, [gateway.apply_code(self.code)])

    def _is_like(self, discount: dict[str, Any]) -> bool:
        return discount.get("type") == CODE


@dataclass(frozen=True)
class ManualDiscount(_New):
    """A discount of the merchant's own on all items, never a shopper's to ask for: `percentage` from 1 to 100, or
    `amount` once an order (text, the contract's currency); for `limit` orders, None for all."""

    title: str
    percentage: int | None = None
    amount: str | None = None
    limit: int | None = None
    gid: str | None = None

    name: ClassVar[str] = "manual_discount"
    done_words: ClassVar[str] = N_("Discount added")

    def asked(self) -> Json:
        return {**self.wish(), "gid": None}

    def paint(self, before: Picture) -> Picture:
        amount = Decimal(self.amount) if self.amount is not None else None
        added = taken_off.Discount(None, self.title, percentage=self.percentage, amount=amount, limit=self.limit)
        return before.with_discounts((*before.discounts, added))

    def send(self, client: AdminClient, contract_gid: str) -> None:
        amount = Decimal(self.amount) if self.amount is not None else None
        drafts.change(client, contract_gid, [gateway.add(self.title, self.percentage, amount, self.limit)])

    def _is_like(self, discount: dict[str, Any]) -> bool:
        return (discount.get("title"), discount.get("percentage")) == (self.title, self.percentage)


@dataclass(frozen=True)
class RemoveDiscount(Action):
    """A discount of the contract goes. Brought back, a code has to pass Shopify's rules again."""

    gid: str

    name: ClassVar[str] = "remove_discount"
    done_words: ClassVar[str] = N_("Discount removed")
    is_draft: ClassVar[bool] = True

    def why_not(self, standing: Standing) -> No | None:
        if standing.contract.status in ENDED:
            return No.ENDED
        return No.DISCOUNT_GONE if self.is_true(standing.contract, {}) else None

    def paint(self, before: Picture) -> Picture:
        return before.with_discounts(tuple(one for one in before.discounts if one.gid != self.gid))

    def send(self, client: AdminClient, contract_gid: str) -> None:
        drafts.change(client, contract_gid, [gateway.remove(self.gid)])

    def is_true(self, contract: Contract, before: Json) -> bool:
        return all(one["id"] != self.gid for one in contract.discounts)

    def undo(self, before: Json) -> Action | None:
        found = next((one for one in before.get("discounts") or [] if one["gid"] == self.gid), None)
        if found is None or found["each"] or not found["is_for_all"]:
            return None
        if found["kind"] == CODE:
            return Discount(found["title"])
        left = found["limit"] - found["used"] if found["limit"] is not None else None
        if left is not None and left < 1:
            return None
        return ManualDiscount(found["title"] or "Discount", found["percentage"], found["amount"], left)
