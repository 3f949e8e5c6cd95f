"""Contract input objects turned into rows, with the errors Shopify gives (SubscriptionDraftErrorCode)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.shopify import contracts, delivery_method, pricing
from sandbox.shopify.input_error import InputError
from sandbox.shopify.registry import Ctx, gid_key
from sandbox.world.cycles import UnmodelledPolicy
from sandbox.world.store import Row

__all__ = ["InputError", "draft_values", "line_extras", "line_values"]


MOST_IN_A_NOTE = 5_000
"""INVALID_NOTE_LENGTH exists; the limit is that of an order's note (unverified)."""


def draft_values(ctx: Ctx, given: dict[str, Any], customer_id: int, delivery: Row | None = None) -> Row:
    """The contract fields that a SubscriptionDraftInput sets. ``delivery``: as it is so far. Raises InputError."""
    if len(given.get("note") or "") > MOST_IN_A_NOTE:
        raise InputError("INVALID_NOTE_LENGTH", ["input", "note"], "Note length is too long.")
    simple = {
        "note": "note",
        "nextBillingDate": "next_billing_date",
        "status": "status",
        "customAttributes": "attributes",
    }
    values: Row = {row: given[name] for name, row in simple.items() if name in given}
    if given.get("billingPolicy"):
        values["billing_policy"] = _policy(given["billingPolicy"], "billingPolicy")
    if given.get("deliveryPolicy"):
        values["delivery_policy"] = _policy(given["deliveryPolicy"], "deliveryPolicy")
    if given.get("deliveryPrice") is not None:
        values["delivery_price"] = given["deliveryPrice"]
    if given.get("deliveryMethod"):
        values["delivery"] = delivery_method.values(ctx, given["deliveryMethod"], delivery)
    if given.get("paymentMethodId"):
        values["payment_method_id"] = _payment_method(ctx, given["paymentMethodId"], customer_id)
    return values


def line_values(ctx: Ctx, given: dict[str, Any]) -> Row:
    """A new contract line. The price is the app's to compute. Raises InputError."""
    key = gid_key("ProductVariant", given["productVariantId"])
    if key not in ctx.of("variants"):
        raise InputError("INVALID", ["input", "productVariantId"], "Product variant does not exist.")
    if given["quantity"] < 1:
        raise InputError("GREATER_THAN_OR_EQUAL_TO", ["input", "quantity"], "Quantity must be at least 1.")
    if Decimal(given["currentPrice"]) < 0:
        raise InputError("GREATER_THAN_OR_EQUAL_TO", ["input", "currentPrice"], "Price must not be negative.")
    return contracts.line(
        ctx.world, ctx.shop, int(key), given["quantity"], given["currentPrice"], **line_extras(given)
    )


def line_extras(given: dict[str, Any]) -> Row:
    """The optional fields of a line."""
    values: Row = {}
    if given.get("sellingPlanId"):
        values["selling_plan_id"] = gid_key("SellingPlan", given["sellingPlanId"])
    if "sellingPlanName" in given:
        values["selling_plan_name"] = given["sellingPlanName"]
    if given.get("customAttributes"):
        values["attributes"] = given["customAttributes"]
    if given.get("pricingPolicy"):
        values["pricing"] = _pricing(given["pricingPolicy"])
    return values


def _pricing(given: dict[str, Any]) -> Row:
    steps = [each["afterCycle"] for each in given["cycleDiscounts"]]
    if len(set(steps)) < len(steps):
        field = ["input", "pricingPolicy", "cycleDiscounts"]
        raise InputError("CYCLE_DISCOUNTS_UNIQUE_AFTER_CYCLE", field, "The after cycle attribute must be unique.")
    return pricing.read(given)


def _policy(given: dict[str, Any], field: str) -> Row:
    from sandbox.world.cycles import Anchor, Policy

    anchors = [
        {"type": a["type"], "day": a["day"], "month": a.get("month"), "cutoff_day": a.get("cutoffDay")}
        for a in given.get("anchors") or []
    ]
    low, high = given.get("minCycles"), given.get("maxCycles")
    if low and high and high < low:
        code = "SELLING_PLAN_MAX_CYCLES_MUST_BE_GREATER_THAN_MIN_CYCLES"
        raise InputError(code, ["input", field], "maxCycles must be greater than minCycles.")
    try:
        made = tuple(Anchor(a["type"], a["day"], a["month"], a["cutoff_day"]) for a in anchors)
        Policy(given["interval"], given["intervalCount"], made, low, high)
    except UnmodelledPolicy as error:
        raise InputError("INVALID", ["input", field], str(error)) from None
    return contracts.policy(
        given["interval"], given["intervalCount"], anchors=anchors, min_cycles=low, max_cycles=high
    )


def _payment_method(ctx: Ctx, value: str, customer_id: int) -> str:
    row = ctx.of("payment_methods").get(gid_key("CustomerPaymentMethod", value))
    field = ["input", "paymentMethodId"]
    if row is None or row["revoked_at"]:
        raise InputError("MISSING_CUSTOMER_PAYMENT_METHOD", field, "Payment method does not exist.")
    if row["customer_id"] != customer_id:
        raise InputError("CUSTOMER_MISMATCH", field, "Payment method belongs to another customer.")
    return str(row["id"])
