"""The draft mutations about discounts: a code is applied, one of the merchant's own added, any of them removed.

Shopify's pages of November 2026 call ``subscriptionDraftDiscountCodeApply`` deprecated in favour of a calculation API
that the schema of 2026-10 we build on does not have; there it is not deprecated.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from graphql import GraphQLError

from sandbox.shopify import discount_codes, discounts, drafts
from sandbox.shopify.contract_input import InputError
from sandbox.shopify.draft_mutations import payload, save
from sandbox.shopify.registry import Ctx, View, gid_key, mutation
from sandbox.world.store import Row

MOST = 25
"""The error TOO_MANY_DISCOUNTS exists; where the limit lies is not published (doubt)."""
TYPES = ("SubscriptionManualDiscount", "SubscriptionAppliedCodeDiscount")


@mutation("subscriptionDraftDiscountCodeApply")
def _apply(ctx: Ctx, draftId: str, redeemCode: str) -> View:
    """A code that is rejected is no user error: it is told beside the discount, and the draft can be committed."""

    def work() -> View:
        row = drafts.editable(ctx, draftId)
        if any((known["code"] or "").upper() == redeemCode.strip().upper() for known in discounts.of(row)):
            raise InputError("INVALID", ["redeemCode"], "Discount code has already been applied.")
        made = discount_codes.applied(ctx.world, ctx.shop, redeemCode, row["lines"])
        row["codes_applied"].append(made["id"])
        return {"draft": _add(ctx, row, made), "appliedDiscount": discounts.view(made, row)}

    return payload("subscriptionDraftDiscountCodeApply", work, "draft", "appliedDiscount")


@mutation("subscriptionDraftDiscountAdd")
def _add_manual(ctx: Ctx, draftId: str, input: dict[str, Any]) -> View:
    def work() -> View:
        row = drafts.editable(ctx, draftId)
        made = discounts.make(ctx.world, **_manual_values(row, input))
        return {"draft": _add(ctx, row, made), "discountAdded": discounts.view(made, row)}

    return payload("subscriptionDraftDiscountAdd", work, "draft", "discountAdded")


@mutation("subscriptionDraftDiscountRemove")
def _remove(ctx: Ctx, draftId: str, discountId: str) -> View:
    def work() -> View:
        row = drafts.editable(ctx, draftId)
        found = _discount_of(row, discountId)
        discounts.of(row).remove(found)
        row["discounts_removed"].append(found)
        return {"draft": save(ctx, row), "discountRemoved": discounts.view(found, row)}

    return payload("subscriptionDraftDiscountRemove", work, "draft", "discountRemoved")


def _add(ctx: Ctx, draft: Row, made: Row) -> View:
    if len(discounts.of(draft)) >= MOST:
        raise InputError("TOO_MANY_DISCOUNTS", ["draftId"], "The contract draft has too many discounts.")
    discounts.of(draft).append(made)
    draft["discounts_added"].append(made["id"])
    return save(ctx, draft)


def _discount_of(draft: Row, discount_id: str) -> Row:
    typename = next((name for name in TYPES if discount_id.startswith(f"gid://shopify/{name}/")), None)
    if typename is None:
        raise GraphQLError(f"Invalid global id '{discount_id}'", extensions={"code": "INVALID_GLOBAL_ID"})
    key = gid_key(typename, discount_id)
    if any(row["id"] == key for row in draft["discounts_removed"]):
        raise InputError("ALREADY_REMOVED", ["discountId"], "Discount has already been removed.")
    found: Row | None = next((row for row in discounts.of(draft) if row["id"] == key), None)
    if found is None:
        raise InputError("INVALID", ["discountId"], "Discount does not exist.")
    return found


def _manual_values(draft: Row, given: dict[str, Any]) -> Row:
    value, entitled = given.get("value") or {}, given.get("entitledLines") or {}
    values = {"title": given.get("title"), "limit": given.get("recurringCycleLimit"), **_amount(value)}
    if values["limit"] is not None and values["limit"] < 1:
        raise InputError("GREATER_THAN", ["input", "recurringCycleLimit"], "Limit must be greater than 0.")
    if entitled.get("all"):
        return values
    added = (entitled.get("lines") or {}).get("add") or []
    values["lines"] = [drafts.line_of(draft, line_id)["id"] for line_id in added]
    if not values["lines"]:
        raise InputError("NO_ENTITLED_LINES", ["input", "entitledLines"], "Must have at least one entitled line.")
    return values


def _amount(value: dict[str, Any]) -> Row:
    percentage, fixed = value.get("percentage"), value.get("fixedAmount")
    if (percentage is None) == (fixed is None):
        text = "The adjustment value must be either fixed_value or percentage."
        raise InputError("INVALID_ADJUSTMENT_VALUE", ["input", "value"], text)
    if percentage is not None:
        if not 0 <= percentage <= 100:
            raise InputError("NOT_IN_RANGE", ["input", "value", "percentage"], "Percentage must be from 0 to 100.")
        return {"percentage": percentage}
    amount = Decimal(str(fixed.get("amount") or 0))
    if amount <= 0:
        raise InputError("GREATER_THAN", ["input", "value", "fixedAmount"], "Amount must be greater than 0.")
    return {"amount": f"{amount:.2f}", "each": bool(fixed.get("appliesOnEachItem"))}
