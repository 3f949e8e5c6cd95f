"""Discounts of contracts as steps of a draft (schema 2026-10): a code, one of the merchant's own, none of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shopify_app.gateways.shopify.drafts import Step
from shopify_app.gateways.shopify.errors import UserError, UserErrors


def apply_code(code: str) -> Step:
    """Return the step that applies a discount code.

    Shopify's page of November 2026 calls the mutation deprecated; the published schema of 2026-10 does not. A code
    that Shopify rejects is no user error there. The step raises it as one, with its reason
    (SubscriptionDiscountRejectionReason) as the error's code, so that the draft is not committed.
    """
    return Step("DraftDiscountCode", "subscriptionDraftDiscountCodeApply", {"code": code}, _refuse_rejected)


def add(title: str, percentage: int | None, amount: Decimal | None, limit: int | None) -> Step:
    """Return the step that takes a percentage, or an amount once an order, off all items.

    `amount` is in the contract's currency; `limit` is for how many orders, None for all.
    """
    fixed = {"amount": float(amount), "appliesOnEachItem": False} if amount is not None else None
    value: dict[str, Any] = {"fixedAmount": fixed} if fixed else {"percentage": percentage}
    given: dict[str, Any] = {"title": title, "value": value, "entitledLines": {"all": True}}
    if limit is not None:
        given["recurringCycleLimit"] = limit
    return Step("DraftDiscountAdd", "subscriptionDraftDiscountAdd", {"input": given})


def remove(gid: str) -> Step:
    """Return the step that takes a discount off the contract."""
    return Step("DraftDiscountRemove", "subscriptionDraftDiscountRemove", {"discount": gid})


def _refuse_rejected(payload: dict[str, Any]) -> None:
    reason = (payload.get("appliedDiscount") or {}).get("rejectionReason")
    if reason:
        raise UserErrors([UserError(reason, "the discount code was rejected")])
