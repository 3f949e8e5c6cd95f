"""Contract status, and changes to one cycle (schema 2026-10)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify import attempts, cycles
from sandbox.shopify.registry import gid
from sandbox.testing import SandboxServer
from tests.sandbox.conftest import Listener
from tests.sandbox.operations import ACTIVATE, CANCEL, CONTRACT, CYCLE, CYCLES, PAUSE, SCHEDULE_EDIT, SKIP
from tests.sandbox.test_drafts import codes

SET_NEXT = """mutation($id: ID!, $date: DateTime!) { subscriptionContractSetNextBillingDate(
  contractId: $id, date: $date) { contract { nextBillingDate revisionId } userErrors { code } } }"""
UNDO = """mutation($id: ID!, $index: Int!) { subscriptionBillingCycleEditDelete(
  billingCycleInput: {contractId: $id, selector: {index: $index}}) {
    billingCycles { cycleIndex edited billingAttemptExpectedDate } userErrors { code } } }"""
BY_DATE = """query($id: ID!, $date: DateTime!) { subscriptionBillingCycle(
  billingCycleInput: {contractId: $id, selector: {date: $date}}) { cycleIndex } }"""
RANGE = """query($id: ID!, $start: DateTime!, $end: DateTime!) { subscriptionBillingCycles(contractId: $id, first: 20,
  billingCyclesDateRangeSelector: {startDate: $start, endDate: $end}) { nodes { cycleIndex } } }"""


class Contract:
    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self.row = sandbox.tiny(contracts=1).contracts[0]
        self.id, self.token = gid("SubscriptionContract", self.row["id"]), sandbox.access_token()

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = self.sandbox.data(query, {"id": self.id, **variables}, token=self.token)
        return next(iter(answer.values()))  # type: ignore[no-any-return]

    def told(self) -> None:
        self.sandbox.drain()


@pytest.fixture
def contract(sandbox: SandboxServer) -> Contract:
    return Contract(sandbox)


def test_pausing_and_coming_back(contract: Contract, app: Listener) -> None:
    assert contract.ask(PAUSE)["contract"]["status"] == "PAUSED"
    assert contract.ask(ACTIVATE)["contract"]["status"] == "ACTIVE"
    contract.told()
    assert [t.split("/")[1] for t in app.topics()] == ["pause", "update", "activate", "update"]


def test_cancelled_is_for_ever(contract: Contract) -> None:
    assert contract.ask(CANCEL)["contract"]["status"] == "CANCELLED"
    for mutation in (ACTIVATE, PAUSE, CANCEL):
        assert codes(contract.ask(mutation)) == ["CONTRACT_TERMINATED"]


def test_the_next_billing_date_moves_no_cycle_and_tells_nobody(contract: Contract, app: Listener) -> None:
    before = contract.ask(CYCLE, index=1)
    answer = contract.ask(SET_NEXT, date="2026-12-24T00:00:00Z")
    assert answer["contract"]["nextBillingDate"] == "2026-12-24T00:00:00Z"
    assert contract.ask(CYCLE, index=1) == before
    contract.told()
    assert app.received == []


def test_a_skipped_cycle_says_so_and_the_contract_does_not(contract: Contract, app: Listener) -> None:
    before = contract.ask(CONTRACT)
    assert contract.ask(SKIP, index=2)["billingCycle"] == {"cycleIndex": 2, "skipped": True}
    assert contract.ask(CONTRACT) == before  # harder case: no new revision, no new updatedAt
    contract.told()
    assert app.topics() == ["subscription_billing_cycles/skip"]
    assert b'"cycle_index": 2' in app.received[0]["body"] and b'"skipped": true' in app.received[0]["body"]


def test_a_moved_cycle_keeps_its_bounds_and_its_neighbours(contract: Contract, app: Listener) -> None:
    nodes = contract.ask(CYCLES, **{"from": 1, "to": 3})["nodes"]
    before = contract.ask(CYCLE, index=2)
    edit = {"billingDate": "2027-01-20T08:00:00Z", "reason": "BUYER_INITIATED"}
    moved = contract.ask(SCHEDULE_EDIT, index=2, input=edit)["billingCycle"]
    assert (moved["edited"], moved["billingAttemptExpectedDate"]) == (True, "2027-01-20T08:00:00Z")
    after = contract.ask(CYCLE, index=2)
    assert (after["cycleStartAt"], after["cycleEndAt"]) == (before["cycleStartAt"], before["cycleEndAt"])
    kept = contract.ask(CYCLES, **{"from": 1, "to": 3})["nodes"]
    assert (kept[0], kept[2]) == (nodes[0], nodes[2])
    contract.ask(SCHEDULE_EDIT, index=2, input={**edit, "billingDate": "2027-01-21T08:00:00Z"})
    contract.told()
    assert app.topics() == ["subscription_billing_cycle_edits/create", "subscription_billing_cycle_edits/update"]

    undone = contract.ask(UNDO, index=2)["billingCycles"]
    assert undone == [{"cycleIndex": 2, "edited": False, "billingAttemptExpectedDate": "2027-02-01T09:00:00Z"}]
    assert codes(contract.ask(UNDO, index=2)) == ["NO_CYCLE_EDITS"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "EMPTY_BILLING_CYCLE_EDIT_SCHEDULE_INPUT"),
        ({"billingDate": "2027-01-20T08:00:00Z", "skip": True}, "BILLING_DATE_SET_ON_SKIPPED"),
        ({"billingDate": "2026-12-30T08:00:00Z"}, "OUT_OF_BOUNDS"),
        ({"billingDate": "2027-03-01T09:00:00Z"}, "OUT_OF_BOUNDS"),
    ],
)
def test_schedule_edits_that_are_refused(contract: Contract, given: dict[str, Any], code: str) -> None:
    assert codes(contract.ask(SCHEDULE_EDIT, index=2, input={"reason": "DEV_INITIATED", **given})) == [code]


def test_a_cycle_with_a_charge_in_flight_or_billed_stays_as_it_is(contract: Contract) -> None:
    contract.sandbox.advance(timedelta(days=31))
    attempts.begin(contract.sandbox.world, SHOP, contract.row, 1, "k")
    edit = {"reason": "DEV_INITIATED", "billingDate": "2027-01-02T08:00:00Z"}
    assert codes(contract.ask(SCHEDULE_EDIT, index=1, input=edit)) == ["INCOMPLETE_BILLING_ATTEMPTS"]
    assert codes(contract.ask(SKIP, index=1)) == ["INVALID"]
    contract.sandbox.settle()
    assert codes(contract.ask(SKIP, index=1)) == ["INVALID"]


def test_cycles_by_date_and_by_range(contract: Contract) -> None:
    assert contract.ask(BY_DATE, date="2026-12-15T00:00:00Z")["cycleIndex"] == 1
    assert contract.ask(BY_DATE, date="2027-01-01T09:00:01Z")["cycleIndex"] == 2
    found = contract.ask(RANGE, start="2026-12-15T00:00:00Z", end="2027-02-15T00:00:00Z")["nodes"]
    assert [n["cycleIndex"] for n in found] == [1, 2, 3]
    assert contract.sandbox.data(BY_DATE, {"id": contract.id, "date": "2020-01-01T00:00:00Z"}) == {
        "subscriptionBillingCycle": None
    }


def test_max_cycles_is_the_end(sandbox: SandboxServer) -> None:
    made = sandbox.tiny(contracts=1, policy={"max_cycles": 2})
    row = made.contracts[0]
    assert [c["index"] for c in cycles.walk(sandbox.world, SHOP, row)] == [1, 2]
    assert sandbox.data(CYCLE, {"id": gid("SubscriptionContract", row["id"]), "index": 3}) == {
        "subscriptionBillingCycle": None
    }
