"""What an app may do to a contract: its status, its next billing date, and making one (schema 2026-10)."""

from __future__ import annotations

from typing import Any

from sandbox.shopify import contracts, cycles
from sandbox.shopify.contract_input import InputError, draft_values, line_values
from sandbox.shopify.registry import Ctx, View, gid_key, mutation, user_errors
from sandbox.world.store import Row

# Activate's source states are documented; that the others only need "not terminated" is inferred (doubt).
STATUS_MUTATIONS = {
    "subscriptionContractActivate": "ACTIVE",
    "subscriptionContractPause": "PAUSED",
    "subscriptionContractCancel": "CANCELLED",
    "subscriptionContractExpire": "EXPIRED",
    "subscriptionContractFail": "FAILED",
}


def _set_status(name: str, status: str) -> None:
    payload = name[0].upper() + name[1:] + "Payload"

    @mutation(name)
    def resolve(ctx: Ctx, subscriptionContractId: str, actor: str | None = None) -> View:
        row = cycles.contract_of(ctx, subscriptionContractId)
        error = _status_error(row, status)
        if error or row is None:
            errors = user_errors("SubscriptionContractStatusUpdateUserError", error or ("INVALID", None, ""))
            return {"__typename": payload, "contract": None, "userErrors": errors}
        if row["status"] != status:
            contracts.change(ctx.world, ctx.shop, row, status=status)
        return {"__typename": payload, "contract": contracts.view(row), "userErrors": []}


for _name, _status in STATUS_MUTATIONS.items():
    _set_status(_name, _status)


def _status_error(row: Row | None, status: str) -> tuple[str | None, list[str] | None, str] | None:
    field = ["subscriptionContractId"]
    if row is None:
        return "INVALID", field, "Subscription contract does not exist."
    if row["status"] in contracts.TERMINATED:
        return "CONTRACT_TERMINATED", field, "Contract status cannot be changed once terminated."
    return None


@mutation("subscriptionContractSetNextBillingDate")
def _set_next_billing_date(ctx: Ctx, contractId: str, date: str) -> View:
    """Free metadata of the app: cycles do not move with it. Reported not to fire an update webhook (unverified)."""
    row = cycles.contract_of(ctx, contractId)
    name = "SubscriptionContractSetNextBillingDatePayload"
    if row is None or row["status"] in contracts.TERMINATED:
        text = "Subscription contract does not exist." if row is None else "Contract is terminated."
        errors = user_errors("SubscriptionContractUserError", ("INVALID", ["contractId"], text))
        return {"__typename": name, "contract": None, "userErrors": errors}
    silent = ctx.world.faults.harder("set_next_billing_date_is_silent")
    contracts.change(ctx.world, ctx.shop, row, silent=silent, next_billing_date=date)
    return {"__typename": name, "contract": contracts.view(row), "userErrors": []}


@mutation("subscriptionContractAtomicCreate")
def _atomic_create(ctx: Ctx, input: dict[str, Any]) -> View:
    """A contract in one call: migrations and re-subscriptions."""
    try:
        row = _new_contract(ctx, input)
    except InputError as error:
        errors = user_errors("SubscriptionDraftUserError", error.user_error)
        return {"__typename": "SubscriptionContractAtomicCreatePayload", "contract": None, "userErrors": errors}
    return {
        "__typename": "SubscriptionContractAtomicCreatePayload",
        "contract": contracts.view(row),
        "userErrors": [],
    }


def _new_contract(ctx: Ctx, given: dict[str, Any]) -> Row:
    customer = ctx.of("customers").get(gid_key("Customer", given["customerId"]))
    if customer is None:
        raise InputError("CUSTOMER_DOES_NOT_EXIST", ["input", "customerId"], "Customer does not exist.")
    if given["currencyCode"] not in ctx.shop_row["currencies"]:
        raise InputError("CURRENCY_NOT_ENABLED", ["input", "currencyCode"], "Currency is not enabled.")
    lines = [line_values(ctx, entry["line"]) for entry in given["lines"]]
    if not lines:
        raise InputError("INVALID_LINES", ["input", "lines"], "A contract needs at least one line.")
    values = draft_values(ctx, given["contract"], customer["id"])
    if "billing_policy" not in values or "delivery_policy" not in values:
        raise InputError("PRESENCE", ["input", "contract"], "Billing and delivery policy are required.")
    return contracts.create(
        ctx.world,
        ctx.shop,
        **{"payment_method_id": None, **values},
        customer_id=customer["id"],
        currency=given["currencyCode"],
        next_billing_date=given["nextBillingDate"],
        # a contract made through the API bills first on its nextBillingDate and keeps that rhythm
        # (community.shopify.dev 25929; the schema calls the field mere metadata: doubt)
        first_expected_at=given["nextBillingDate"],
        lines=lines,
    )
