"""Bulk search and bulk charge, against schema 2026-10 and what community.shopify.dev 26522 reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify import contracts, cycle_mutations, cycles
from sandbox.shopify.registry import gid
from sandbox.testing import SandboxServer
from tests.sandbox.operations import ATTEMPT, CYCLE

DUE = datetime(2027, 1, 1, 9, tzinfo=UTC)  # a month after the tiny world's start
BULK = """mutation(
  $range: SubscriptionBillingCyclesDateRangeSelector!, $filters: SubscriptionBillingCycleBulkFilters) {
  subscriptionBillingCycleBulk%s(billingAttemptExpectedDateRange: $range, filters: $filters) {
    job { id done } userErrors { code field message } } }"""
SEARCH, CHARGE = BULK % "Search", BULK % "Charge"
JOB = "query($id: ID!) { job(id: $id) { id done } }"
RESULTS = """query($id: ID!, $after: String) {
  subscriptionBillingCycleBulkResults(jobId: $id, first: 2, after: $after) {
  nodes { cycleIndex status skipped sourceContract { id } billingAttempts(first: 5) { nodes { idempotencyKey } } }
  pageInfo { hasNextPage endCursor } } }"""


class Bulk:
    """Three contracts whose first cycle is due now."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self.rows = sandbox.tiny(contracts=3).contracts
        self.token = sandbox.access_token()
        sandbox.set_clock(DUE)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        return next(iter(self.sandbox.data(query, variables, token=self.token).values()))  # type: ignore[no-any-return]

    def start(self, query: str, start: datetime, end: datetime, **filters: Any) -> dict[str, Any]:
        dates = {"startDate": start.isoformat(), "endDate": end.isoformat()}
        return self.ask(query, range=dates, filters=filters or None)

    def run(self, query: str, **filters: Any) -> list[dict[str, Any]]:
        """The results of a job over the last seven days, after it ran and its charges settled."""
        job = self.start(query, DUE - timedelta(days=6), DUE + timedelta(days=1), **filters)["job"]
        self.sandbox.drain()
        return self.results(job["id"])

    def results(self, job: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            page = self.ask(RESULTS, id=job, after=after)
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    def charge(self, row: dict[str, Any], key: str, **values: Any) -> dict[str, Any]:
        given = {"idempotencyKey": key, **values}
        made = self.ask(ATTEMPT, id=gid("SubscriptionContract", row["id"]), input=given)
        assert made["userErrors"] == []
        return made

    def ids(self, found: list[dict[str, Any]]) -> list[int]:
        every = {gid("SubscriptionContract", row["id"]): n for n, row in enumerate(self.rows)}
        return [every[node["sourceContract"]["id"]] for node in found]

    @property
    def paid(self) -> list[tuple[int, int]]:
        numbers = {row["id"]: n for n, row in enumerate(self.rows)}
        payments = self.sandbox.world.ledger.payments()
        return sorted((numbers[p["contract_id"]], p["cycle_index"]) for p in payments)


@pytest.fixture
def bulk(sandbox: SandboxServer) -> Bulk:
    return Bulk(sandbox)


def test_a_search_is_a_job_whose_results_come_when_it_is_done(bulk: Bulk) -> None:
    bulk.sandbox.world.faults.set({"settle": {"delay_ms": 60_000}})
    job = bulk.start(SEARCH, DUE - timedelta(days=6), DUE)["job"]
    assert job["done"] is False and bulk.ask(JOB, id=job["id"])["done"] is False
    assert bulk.results(job["id"]) == []
    bulk.sandbox.drain()
    assert bulk.ask(JOB, id=job["id"]) == {"id": job["id"], "done": True}
    assert bulk.ids(bulk.results(job["id"])) == [0, 1, 2]
    assert bulk.paid == []


def test_a_search_keeps_to_its_range(bulk: Bulk) -> None:
    before = bulk.start(SEARCH, DUE - timedelta(days=7), DUE - timedelta(seconds=1))["job"]["id"]
    upto = bulk.start(SEARCH, DUE - timedelta(days=7), DUE)["job"]["id"]
    after = bulk.start(SEARCH, DUE + timedelta(seconds=1), DUE + timedelta(days=1))["job"]["id"]
    bulk.sandbox.drain()
    assert [len(bulk.results(job)) for job in (before, upto, after)] == [0, 3, 0]


def test_the_filters_of_a_search(bulk: Bulk) -> None:
    contracts.change(bulk.sandbox.world, SHOP, bulk.rows[0], status="PAUSED")
    bulk.charge(bulk.rows[1], "ours", billingCycleSelector={"index": 1})
    bulk.sandbox.drain()
    assert bulk.ids(bulk.run(SEARCH)) == [0, 1, 2]
    assert bulk.ids(bulk.run(SEARCH, contractStatus=["ACTIVE"])) == [1, 2]
    assert bulk.ids(bulk.run(SEARCH, billingCycleStatus=["UNBILLED"])) == [0, 2]
    assert bulk.ids(bulk.run(SEARCH, billingCycleStatus=["BILLED"])) == [1]
    assert bulk.ids(bulk.run(SEARCH, billingAttemptStatus="HAS_ATTEMPT")) == [1]
    assert bulk.ids(bulk.run(SEARCH, billingAttemptStatus="NO_ATTEMPT")) == [0, 2]


def test_a_skipped_and_a_moved_cycle_are_found_where_they_are_expected(bulk: Bulk) -> None:
    world = bulk.sandbox.world
    cycle_mutations.set_skipped(world, SHOP, bulk.rows[0], 1, True)
    cycles.override(world, SHOP, bulk.rows[1], 1, moved_to=(DUE + timedelta(days=3)).isoformat())
    found = bulk.run(SEARCH, billingCycleStatus=["UNBILLED"])
    assert [(n, node["skipped"]) for n, node in zip(bulk.ids(found), found, strict=True)] == [(0, True), (2, False)]


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (timedelta(0), timedelta(0), "START_DATE_BEFORE_END_DATE"),
        (timedelta(hours=1), timedelta(0), "START_DATE_BEFORE_END_DATE"),
        (timedelta(days=-7, seconds=-1), timedelta(0), "INVALID_DATE_RANGE"),
        (timedelta(0), timedelta(hours=24, seconds=1), "END_DATE_IN_THE_FUTURE"),
    ],
)
@pytest.mark.parametrize("query", [SEARCH, CHARGE])
def test_a_range_that_shopify_refuses(bulk: Bulk, query: str, start: timedelta, end: timedelta, code: str) -> None:
    answer = bulk.start(query, DUE + start, DUE + end)
    assert answer["job"] is None and [e["code"] for e in answer["userErrors"]] == [code]


def test_a_job_nobody_asked_for(bulk: Bulk) -> None:
    assert bulk.ask(JOB, id="gid://shopify/Job/none") is None
    answer = bulk.sandbox.call(RESULTS, {"id": "gid://shopify/Job/none"}, token=bulk.token)
    assert answer["errors"][0]["message"] == "Job does not exist."


def test_a_bulk_charge_charges_what_may_be_charged(bulk: Bulk) -> None:
    world = bulk.sandbox.world
    contracts.change(world, SHOP, bulk.rows[0], status="PAUSED")
    cycle_mutations.set_skipped(world, SHOP, bulk.rows[1], 1, True)
    found = bulk.run(CHARGE, billingCycleStatus=["UNBILLED"])
    assert bulk.paid == [(2, 1)]
    assert [node["status"] for node in found] == [
        "UNBILLED",
        "UNBILLED",
        "BILLED",
    ]  # as it is now, not as it was found
    assert bulk.run(CHARGE, billingCycleStatus=["UNBILLED"]) and bulk.paid == [(2, 1)]
    assert world.ledger.payments()[0]["foreign"] is True and world.ledger.violations() == []


def test_without_a_filter_a_bulk_charge_bills_again_what_is_billed(bulk: Bulk) -> None:
    bulk.charge(bulk.rows[0], "ours", billingCycleSelector={"index": 1})
    bulk.sandbox.drain()
    bulk.run(CHARGE)
    assert bulk.paid == [(0, 1), (0, 1), (1, 1), (2, 1)]
    assert [v["kind"] for v in bulk.sandbox.world.ledger.violations()] == ["charged_twice"]


def test_a_manual_charge_without_a_selector_is_billed_again_by_a_bulk_charge(bulk: Bulk) -> None:
    """The incident of thread 26522: by hand, and then by the bulk charge that runs every day."""
    bulk.charge(bulk.rows[0], "by hand")
    bulk.sandbox.drain()
    id = gid("SubscriptionContract", bulk.rows[0]["id"])
    cycle = bulk.ask(CYCLE, id=id, index=1)
    assert (cycle["status"], cycle["billingAttempts"]["nodes"]) == ("UNBILLED", [])
    bulk.run(CHARGE, contractStatus=["ACTIVE"], billingCycleStatus=["UNBILLED"])
    assert bulk.paid == [(0, 1), (0, 1), (1, 1), (2, 1)]
    listed = bulk.ask(
        "query($id: ID!) { subscriptionContract(id: $id) { billingAttempts(first: 5) { nodes { id } } } }", id=id
    )
    assert len(listed["billingAttempts"]["nodes"]) == 2
    assert len(bulk.ask(CYCLE, id=id, index=1)["billingAttempts"]["nodes"]) == 1


def test_read_the_easier_way_the_manual_charge_bills_its_cycle(bulk: Bulk) -> None:
    bulk.sandbox.world.faults.set({"harder": {"attempt_without_selector_names_no_cycle": False}})
    bulk.charge(bulk.rows[0], "by hand")
    bulk.sandbox.drain()
    bulk.run(CHARGE, billingCycleStatus=["UNBILLED"])
    assert bulk.paid == [(0, 1), (1, 1), (2, 1)]


def test_another_tool_charges_through_the_control_api(bulk: Bulk) -> None:
    base = f"{bulk.sandbox.url}/_control/shops/{SHOP}"
    by_hand = httpx.post(f"{base}/contracts/{bulk.rows[0]['id']}/attempt", json={"key": "by hand"})
    assert (by_hand.status_code, by_hand.json()["on_cycle"]) == (200, False)
    bulk.sandbox.drain()
    dates = {"start": DUE.isoformat(), "end": (DUE + timedelta(hours=1)).isoformat()}
    assert httpx.post(f"{base}/bulk_charge", json=dates).status_code == 200
    bulk.sandbox.drain()
    assert bulk.paid == [(0, 1), (0, 1), (1, 1), (2, 1)]
    for wrong in ({}, {**dates, "filters": []}, {**dates, "filters": {"status": []}},
                  {**dates, "filters": {"contractStatus": "ACTIVE"}}):  # fmt: skip
        assert httpx.post(f"{base}/bulk_charge", json=wrong).status_code == 400
