"""Bulk search and bulk charge of billing cycles: a job is asked for, runs on its own, and is read afterwards.

A bulk charge is what another tool with the app's rights may run beside it: it charges every cycle that matches, under
keys of its own, and knows nothing of what the app has planned.

Unverified (see "Doubts" in sandbox/README.md): both ends of the range belong to it; a skipped cycle is found, as no
filter speaks of skipping; results of a job that is not done are empty instead of an error; a cycle with an attempt in
flight is charged all the same.
"""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta
from typing import Any

from graphql import GraphQLError

from sandbox.shopify import attempt_mutations, attempts, cycles
from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid, gid_key, mutation, query, user_errors
from sandbox.world import World
from sandbox.world.store import Row

LONGEST = timedelta(weeks=1)
AHEAD = timedelta(hours=24)
WORDS = {
    "START_DATE_BEFORE_END_DATE": "Start date should be before end date.",
    "INVALID_DATE_RANGE": "The range between start date and end date shouldn't be more than 1 week.",
    "END_DATE_IN_THE_FUTURE": "End date can't be more than 24 hours in the future.",
}
ANY_STATE: Row = {"contractStatus": None, "billingCycleStatus": None, "billingAttemptStatus": "ANY"}


@mutation("subscriptionBillingCycleBulkSearch")
def _search(ctx: Ctx, billingAttemptExpectedDateRange: dict[str, str], filters: dict[str, Any] | None = None) -> View:
    return _asked(ctx, "Search", billingAttemptExpectedDateRange, filters)


@mutation("subscriptionBillingCycleBulkCharge")
def _charge(
    ctx: Ctx,
    billingAttemptExpectedDateRange: dict[str, str],
    filters: dict[str, Any] | None = None,
    actor: str | None = None,
    inventoryPolicy: str | None = None,
    paymentProcessingPolicy: str | None = None,
) -> View:
    policies = {"inventory_policy": inventoryPolicy, "payment_policy": paymentProcessingPolicy}
    chosen = {name: value for name, value in policies.items() if value}
    return _asked(ctx, "Charge", billingAttemptExpectedDateRange, filters, **chosen)


def _asked(ctx: Ctx, kind: str, dates: dict[str, str], filters: Row | None, **policies: str) -> View:
    payload = f"SubscriptionBillingCycleBulk{kind}Payload"
    error = _range_error(ctx.world, dates)
    if error:
        field = ["billingAttemptExpectedDateRange"]
        errors = user_errors("SubscriptionBillingCycleBulkUserError", (error, field, WORDS[error]))
        return {"__typename": payload, "job": None, "userErrors": errors}
    row = begin(ctx.world, ctx.shop, kind, dates["startDate"], dates["endDate"], filters, **policies)
    return {"__typename": payload, "job": _view(row), "userErrors": []}


def _range_error(world: World, dates: dict[str, str]) -> str | None:
    """SubscriptionBillingCycleBulkUserErrorCode of schema 2026-10."""
    start, end = (datetime.fromisoformat(dates[name]) for name in ("startDate", "endDate"))
    if start >= end:
        return "START_DATE_BEFORE_END_DATE"
    if end - start > LONGEST:
        return "INVALID_DATE_RANGE"
    return "END_DATE_IN_THE_FUTURE" if end - world.now() > AHEAD else None


def begin(world: World, shop: str, kind: str, start: str, end: str, filters: Row | None, **policies: str) -> Row:
    """A job that waits for its turn. ``kind`` is Search or Charge, the range ISO instants."""
    row = {
        "id": str(uuid.UUID(int=world.store.next_id("Job"), version=4)),
        "kind": kind,
        "start": start,
        "end": end,
        "filters": {**ANY_STATE, **(filters or {})},
        "policies": policies,
        "ready_at": time.time() + world.faults["settle"]["delay_ms"] / 1000,
        "done": False,
        "found": [],  # [contract id, cycle index]
    }
    return world.of("bulk_jobs", shop).put(row)


def waiting(world: World) -> bool:
    """Has a job still to run?"""
    return any(not row["done"] for shop in world.store.scopes("bulk_jobs") for row in world.of("bulk_jobs", shop))


def run_waiting(world: World, *, only_due: bool) -> None:
    """Run the jobs of all shops: those whose machine time has come, or all of them."""
    for shop in world.store.scopes("bulk_jobs"):
        for row in world.of("bulk_jobs", shop):
            if not only_due or row["ready_at"] <= time.time():
                _run(world, shop, row)


def _run(world: World, shop: str, row: Row) -> None:
    if row["done"]:
        return
    found = _matching(world, shop, row)
    row.update(done=True, found=[[contract["id"], cycle["index"]] for contract, cycle in found])
    world.of("bulk_jobs", shop).put(row)
    if row["kind"] == "Charge":
        for contract, cycle in found:
            _attempt(world, shop, row, contract, cycle)


def _attempt(world: World, shop: str, job: Row, contract: Row, cycle: Row) -> None:
    ctx = Ctx(world, shop, frozenset(), "")
    if attempt_mutations.objection(ctx, contract, cycle, {}) is None:
        key = f"{job['id']}-{contract['id']}-{cycle['index']}"
        attempts.begin(world, shop, contract, cycle["index"], key, foreign=True, **job["policies"])


def _matching(world: World, shop: str, job: Row) -> list[tuple[Row, Row]]:
    start, end = datetime.fromisoformat(job["start"]), datetime.fromisoformat(job["end"])
    statuses = job["filters"]["contractStatus"]
    found = []
    for contract in world.of("contracts", shop):
        if statuses and contract["status"] not in statuses:
            continue
        for cycle in cycles.walk(world, shop, contract):
            if datetime.fromisoformat(cycle["start_at"]) > end:
                break
            in_range = start <= datetime.fromisoformat(cycle["expected_at"]) <= end
            if in_range and _has_state(world, shop, contract, cycle, job["filters"]):
                found.append((contract, cycle))
    return found


def _has_state(world: World, shop: str, contract: Row, cycle: Row, filters: Row) -> bool:
    wanted, attempted = filters["billingCycleStatus"], filters["billingAttemptStatus"] or "ANY"
    if wanted and ("BILLED" if cycle["billed"] else "UNBILLED") not in wanted:
        return False
    if attempted == "ANY":
        return True
    return bool(attempts.of_cycle(world, shop, contract["id"], cycle["index"])) == (attempted == "HAS_ATTEMPT")


@query("job")
def _job(ctx: Ctx, id: str) -> View | None:
    row = _of(ctx, id)
    return _view(row) if row else None


@query("subscriptionBillingCycleBulkResults")
def _results(ctx: Ctx, jobId: str, **page: Any) -> View:
    row = _of(ctx, jobId)
    if row is None:
        raise GraphQLError("Job does not exist.")
    return connection(row["found"], lambda pair: _cycle_view(ctx, *pair), key=list, **page)


def _of(ctx: Ctx, job_id: str) -> Row | None:
    """The job, run now when its time has come: an app that polls need not wait for the sandbox's next round."""
    row = ctx.of("bulk_jobs").get(gid_key("Job", job_id))
    if row and row["ready_at"] <= time.time():
        _run(ctx.world, ctx.shop, row)
    return row


def _cycle_view(ctx: Ctx, contract_id: int, index: int) -> View:
    """The cycle as it is when it is read, not as it was found (Shopify staff in community.shopify.dev 26522)."""
    contract = ctx.of("contracts")[contract_id]
    cycle = cycles.cycle(ctx.world, ctx.shop, contract, index)
    assert cycle
    return cycles.view(contract, cycle)


def _view(row: Row) -> View:
    return {"__typename": "Job", "id": gid("Job", row["id"]), "done": row["done"]}
