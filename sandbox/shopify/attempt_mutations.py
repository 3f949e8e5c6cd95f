"""``subscriptionBillingAttemptCreate``: what is refused at once, and the idempotency key (schema 2026-10)."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from sandbox.shopify import attempts, contracts, cycles
from sandbox.shopify.registry import Ctx, View, mutation, user_errors
from sandbox.world.store import Row

EARLY = timedelta(hours=24)
WORDS = {
    "BLANK": "The idempotency key can't be blank",
    "CONTRACT_NOT_FOUND": "Subscription contract does not exist.",
    "CONTRACT_PAUSED": "Subscription contract cannot be billed if paused.",
    "CONTRACT_TERMINATED": "Subscription contract cannot be billed once terminated.",
    "CONTRACT_UNDER_REVIEW": "Subscription contract is under review, origin order is high risk and unfulfilled.",
    "BILLING_CYCLE_SKIPPED": "Billing cycle must not be skipped.",
    "BILLING_CYCLE_CHARGE_BEFORE_EXPECTED_DATE": "Billing cycle charge attempt made more than 24 hours before the "
    "billing cycle billingAttemptExpectedDate.",
    "CYCLE_INDEX_OUT_OF_RANGE": "Billing cycle selector cannot select billing cycle outside of index range.",
    "CYCLE_START_DATE_OUT_OF_RANGE": "Billing cycle selector cannot select billing cycle outside of start "
    "date range.",
    "ORIGIN_TIME_BEFORE_CONTRACT_CREATION": "Origin time cannot be before the contract creation time.",
    "ORIGIN_TIME_OUT_OF_RANGE": "Origin time needs to be within the selected billing cycle's start and end at date.",
    "THROTTLED": "Billing attempt rate limit exceeded - try later.",
    "INVALID": "The billing cycle selector is invalid.",
}


@mutation("subscriptionBillingAttemptCreate")
def _create(ctx: Ctx, subscriptionContractId: str, subscriptionBillingAttemptInput: dict[str, Any]) -> View:
    given = subscriptionBillingAttemptInput
    contract = cycles.contract_of(ctx, subscriptionContractId)
    if contract is None:
        return _refuse("CONTRACT_NOT_FOUND", ["subscriptionContractId"])
    if not given["idempotencyKey"].strip():
        return _refuse("BLANK", ["subscriptionBillingAttemptInput", "idempotencyKey"])
    known = _by_key(ctx, contract, given["idempotencyKey"])
    if known:
        # the original attempt, even a failed one, and whatever has become of the contract since
        return _payload(known)
    cycle, error = _cycle(ctx, contract, given)
    error = error or objection(ctx, contract, cycle, given) or _limit(ctx)
    if error or cycle is None:
        return _refuse(error or "INVALID", _field(error))
    return _payload(_begin(ctx, contract, cycle, given))


def _begin(ctx: Ctx, contract: Row, cycle: Row, given: dict[str, Any]) -> Row:
    return attempts.begin(
        ctx.world,
        ctx.shop,
        contract,
        cycle["index"],
        given["idempotencyKey"],
        origin_time=given.get("originTime"),
        inventory_policy=given["inventoryPolicy"],
        payment_policy=given["paymentProcessingPolicy"],
        on_cycle=bool(given.get("billingCycleSelector")) or not _leaves_no_trace(ctx),
    )


def _leaves_no_trace(ctx: Ctx) -> bool:
    """A charge without a selector that its cycle does not know: in community.shopify.dev 26522 both attempts were
    listed by the contract and one by the cycle, and the cycle was billed again a few days later (doubt)."""
    return ctx.world.faults.harder("attempt_without_selector_names_no_cycle")


def _by_key(ctx: Ctx, contract: Row, key: str) -> Row | None:
    """Keys are looked up per contract. Whether Shopify's are unique per shop is not documented (doubt): a key used
    on two contracts makes two attempts here, so an app that reuses one charges both."""
    return next((a for a in attempts.of_contract(ctx.world, ctx.shop, contract["id"]) if a["key"] == key), None)


def _cycle(ctx: Ctx, contract: Row, given: dict[str, Any]) -> tuple[Row | None, str | None]:
    """The selected cycle; without a selector the current one, which drifts at cycle boundaries."""
    selector = given.get("billingCycleSelector") or {"date": ctx.world.now().isoformat()}
    return cycles.select(ctx, contract, selector)


def objection(ctx: Ctx, contract: Row, cycle: Row | None, given: dict[str, Any]) -> str | None:
    """The first reason why Shopify would not even try."""
    if contract["status"] == "PAUSED":
        return "CONTRACT_PAUSED"
    if contract["status"] in contracts.TERMINATED:
        return "CONTRACT_TERMINATED"
    if contract["under_review"]:
        return "CONTRACT_UNDER_REVIEW"
    if cycle is None:
        return "INVALID"
    if cycle["skipped"]:
        return "BILLING_CYCLE_SKIPPED"
    if datetime.fromisoformat(cycle["expected_at"]) - ctx.world.now() > EARLY:
        return "BILLING_CYCLE_CHARGE_BEFORE_EXPECTED_DATE"
    if cycle["billed"] and not ctx.world.faults.harder("bill_twice"):
        return "INVALID"
    return _origin_time(contract, cycle, given.get("originTime"))


def _origin_time(contract: Row, cycle: Row, origin: str | None) -> str | None:
    if origin is None:
        return None
    instant = datetime.fromisoformat(origin)
    if instant < datetime.fromisoformat(contract["created_at"]):
        return "ORIGIN_TIME_BEFORE_CONTRACT_CREATION"
    if not datetime.fromisoformat(cycle["start_at"]) <= instant <= datetime.fromisoformat(cycle["end_at"]):
        return "ORIGIN_TIME_OUT_OF_RANGE"
    return None


def _limit(ctx: Ctx) -> str | None:
    """The billing limiter, apart from query cost. Its size is not published; a knob sets it (machine time)."""
    limit = ctx.world.faults["billing_attempts_per_minute"]
    if limit is None:
        return None
    recent: list[float] = ctx.world.caches.setdefault(("attempt_times", ctx.shop), [])
    recent[:] = [at for at in recent if at > time.monotonic() - 60]
    if len(recent) >= limit:
        return "THROTTLED"
    recent.append(time.monotonic())
    return None


def _field(error: str | None) -> list[str] | None:
    if error and error.startswith("CYCLE"):
        return ["subscriptionBillingAttemptInput", "billingCycleSelector"]
    if error and error.startswith("ORIGIN"):
        return ["subscriptionBillingAttemptInput", "originTime"]
    return None


def _refuse(code: str, field: list[str] | None) -> View:
    errors = user_errors("BillingAttemptUserError", (code, field, WORDS.get(code, code)))
    return {
        "__typename": "SubscriptionBillingAttemptCreatePayload",
        "subscriptionBillingAttempt": None,
        "userErrors": errors,
    }


def _payload(row: Row) -> View:
    return {
        "__typename": "SubscriptionBillingAttemptCreatePayload",
        "subscriptionBillingAttempt": attempts.view(row),
        "userErrors": [],
    }
