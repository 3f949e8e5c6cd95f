"""What an app may do to one billing cycle: skip it, bring it back, move its charge date (schema 2026-10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.shopify import attempts, cycles, payloads
from sandbox.shopify.registry import Ctx, View, mutation, user_errors
from sandbox.world import World
from sandbox.world.store import Row

WORDS = {
    "CYCLE_NOT_FOUND": "Can't find the billing cycle.",
    "CYCLE_INDEX_OUT_OF_RANGE": "Billing cycle selector cannot select billing cycle outside of index range.",
    "CYCLE_START_DATE_OUT_OF_RANGE": "Billing cycle selector cannot select billing cycle outside of start "
    "date range.",
    "INCOMPLETE_BILLING_ATTEMPTS": "Billing cycle has incomplete billing attempts in progress.",
    "EMPTY_BILLING_CYCLE_EDIT_SCHEDULE_INPUT": "Billing cycle schedule edit input provided is empty. "
    "Must take in parameters to modify schedule.",
    "BILLING_DATE_SET_ON_SKIPPED": "Billing date cannot be set on skipped billing cycle.",
    "OUT_OF_BOUNDS": "Billing date of a cycle cannot be set to a value outside of its billing date range.",
    "NO_CYCLE_EDITS": "There's no contract or schedule edit associated with the targeted billing cycle(s).",
    "INVALID": "The billing cycle cannot be changed.",
}


@mutation("subscriptionBillingCycleSkip")
def _skip(ctx: Ctx, billingCycleInput: dict[str, Any]) -> View:
    return _set_skipped(ctx, billingCycleInput, True)


@mutation("subscriptionBillingCycleUnskip")
def _unskip(ctx: Ctx, billingCycleInput: dict[str, Any]) -> View:
    return _set_skipped(ctx, billingCycleInput, False)


def _set_skipped(ctx: Ctx, given: dict[str, Any], skipped: bool) -> View:
    name = "Skip" if skipped else "Unskip"
    payload = f"SubscriptionBillingCycle{name}Payload"
    contract, cycle, error = _target(ctx, given)
    error = error or _locked(ctx, contract, cycle)
    if error or cycle is None or contract is None:
        # schema 2026-10: the only code of a skip is INVALID
        errors = user_errors(
            f"SubscriptionBillingCycle{name}UserError", ("INVALID", ["billingCycleInput"], WORDS[error or "INVALID"])
        )
        return {"__typename": payload, "billingCycle": None, "userErrors": errors}
    set_skipped(ctx.world, ctx.shop, contract, cycle["index"], skipped)
    return {"__typename": payload, "billingCycle": _fresh(ctx, contract, cycle["index"]), "userErrors": []}


def set_skipped(world: World, shop: str, contract: Row, index: int, skipped: bool) -> None:
    """Skip a cycle or bring it back, and say so."""
    cycles.override(world, shop, contract, index, skipped=skipped)
    _tell(world, shop, contract, index, f"subscription_billing_cycles/{'skip' if skipped else 'unskip'}")


@mutation("subscriptionBillingCycleScheduleEdit")
def _schedule_edit(ctx: Ctx, billingCycleInput: dict[str, Any], input: dict[str, Any]) -> View:
    contract, cycle, error = _target(ctx, billingCycleInput)
    error = error or _locked(ctx, contract, cycle) or _schedule_error(ctx, contract, cycle, input)
    if error or cycle is None or contract is None:
        errors = user_errors("SubscriptionBillingCycleUserError", (error, ["input"], WORDS[error or "INVALID"]))
        return _edit_payload("ScheduleEdit", None, errors)
    changes: Row = {}
    if input.get("skip") is not None:
        changes["skipped"] = input["skip"]
    if input.get("billingDate"):
        changes["moved_to"] = input["billingDate"]
    known = cycles.is_edited(contract, cycle["index"])
    cycles.override(ctx.world, ctx.shop, contract, cycle["index"], **changes)
    tell_edit(ctx.world, ctx.shop, contract, cycle["index"], new=not known)
    if changes.get("skipped", cycle["skipped"]) != cycle["skipped"]:
        name = "skip" if changes["skipped"] else "unskip"
        _tell(ctx.world, ctx.shop, contract, cycle["index"], f"subscription_billing_cycles/{name}")
    return _edit_payload("ScheduleEdit", _fresh(ctx, contract, cycle["index"]), [])


@mutation("subscriptionBillingCycleEditDelete")
def _edit_delete(ctx: Ctx, billingCycleInput: dict[str, Any]) -> View:
    """Undo a cycle's edits: its date and contents are natural again, and it is not skipped (doubt: or only moved)."""
    name = "SubscriptionBillingCycleEditDeletePayload"
    contract, cycle, error = _target(ctx, billingCycleInput)
    if cycle and not cycle["edited"]:
        error = "NO_CYCLE_EDITS"
    if error or cycle is None or contract is None:
        errors = user_errors(
            "SubscriptionBillingCycleUserError", (error, ["billingCycleInput"], WORDS[error or "INVALID"])
        )
        return {"__typename": name, "billingCycles": None, "userErrors": errors}
    return {"__typename": name, "billingCycles": [delete_edits(ctx, contract, cycle["index"])], "userErrors": []}


def delete_edits(ctx: Ctx, contract: Row, index: int) -> View:
    """Forget what was edited about a cycle, say so, and show the cycle."""
    cycles.override(ctx.world, ctx.shop, contract, index, moved_to=None, skipped=False, contents=None)
    _tell(ctx.world, ctx.shop, contract, index, "subscription_billing_cycle_edits/delete")
    return _fresh(ctx, contract, index)


def tell_edit(world: World, shop: str, contract: Row, index: int, *, new: bool) -> None:
    """A cycle's schedule or contents were edited, for the first time or again."""
    _tell(world, shop, contract, index, f"subscription_billing_cycle_edits/{'create' if new else 'update'}")


def _target(ctx: Ctx, given: dict[str, Any]) -> tuple[Row | None, Row | None, str | None]:
    contract = cycles.contract_of(ctx, given["contractId"])
    if contract is None:
        return None, None, "CYCLE_NOT_FOUND"
    cycle, error = cycles.select(ctx, contract, given["selector"])
    return contract, cycle, error


def _locked(ctx: Ctx, contract: Row | None, cycle: Row | None) -> str | None:
    """A billed cycle is over, and one with an attempt in flight must wait."""
    if contract is None or cycle is None or contract["status"] in ("CANCELLED", "EXPIRED") or cycle["billed"]:
        return "INVALID"
    flying = attempts.of_contract(ctx.world, ctx.shop, contract["id"])
    if any(a["cycle_index"] == cycle["index"] and a["state"] == "pending" for a in flying):
        return "INCOMPLETE_BILLING_ATTEMPTS"
    return None


def _schedule_error(ctx: Ctx, contract: Row | None, cycle: Row | None, given: dict[str, Any]) -> str | None:
    if contract is None or cycle is None:
        return "INVALID"
    date, skip = given.get("billingDate"), given.get("skip")
    if date is None and skip is None:
        return "EMPTY_BILLING_CYCLE_EDIT_SCHEDULE_INPUT"
    if date is None:
        return None
    if skip or (cycle["skipped"] and skip is None):
        return "BILLING_DATE_SET_ON_SKIPPED"
    return _out_of_bounds(ctx, contract, cycle, datetime.fromisoformat(date))


def _out_of_bounds(ctx: Ctx, contract: Row, cycle: Row, date: datetime) -> str | None:
    """A cycle's "billing date range" is not defined anywhere (doubt). Here: not in the past, not before its own
    start, and before the next cycle's expected date."""
    following = cycles.cycle(ctx.world, ctx.shop, contract, cycle["index"] + 1)
    too_late = following and date >= datetime.fromisoformat(following["expected_at"])
    too_early = date < datetime.fromisoformat(cycle["start_at"]) or date < ctx.world.now()
    return "OUT_OF_BOUNDS" if too_early or too_late else None


def _tell(world: World, shop: str, contract: Row, index: int, topic: str) -> None:
    cycle = cycles.cycle(world, shop, contract, index)
    assert cycle
    world.emit(shop, topic, payloads.cycle(contract["id"], cycle, world.shops[shop]["zone"]))


def _fresh(ctx: Ctx, contract: Row, index: int) -> View:
    cycle = cycles.cycle(ctx.world, ctx.shop, contract, index)
    assert cycle
    return cycles.view(contract, cycle)


def _edit_payload(name: str, cycle: View | None, errors: list[View]) -> View:
    return {"__typename": f"SubscriptionBillingCycle{name}Payload", "billingCycle": cycle, "userErrors": errors}
