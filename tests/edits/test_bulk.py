"""One change of many subscriptions: weighed first, done once each whatever dies, taken back where it can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from sandbox.testing import SandboxServer
from shopify_app.contracts.models import Contract
from shopify_app.edits import unfinished as unfinished_dates
from shopify_app.edits.bulk import requests, weigh, work
from shopify_app.edits.bulk.models import BulkItem, BulkJob
from shopify_app.edits.contract import unfinished
from shopify_app.edits.models import ContractEdit
from shopify_app.kit import crashpoints
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop
from tests.billing.till import Till, opened
from tests.edits.desk import ME, asker_dies
from tests.edits.shelf import stock

COUNT = 3


@dataclass
class Desk:
    """The verbs of a story about many subscriptions."""

    till: Till

    def make(self, action: str, **asked: Any) -> int:
        everything = select(Contract.id)
        with self.till.ctx.db.session() as session:
            shop, now = self.till.shop_id, self.till.now
            return requests.make(session, shop, everything, action, asked, "all", ME, now).id

    def weigh(self, action: str, **asked: Any) -> int:
        job = self.make(action, **asked)
        while self.job(job).state == "weighing":
            work.drain(self.till.ctx)
        return job

    def start(self, job: int) -> str | None:
        with self.till.ctx.db.session() as session:
            return requests.start(session, self.till.shop_id, job, self.till.now)

    def run(self, job: int) -> None:
        assert self.start(job) is None
        while self.job(job).state == "running" and self.waits():
            work.drain(self.till.ctx)

    def waits(self) -> int:
        with self.till.ctx.db.session() as session:
            return work.waiting(session, self.till.now, machine_now())

    def job(self, job: int) -> BulkJob:
        with self.till.ctx.db.session() as session:
            return session.get_one(BulkJob, job)

    def items(self, job: int) -> list[BulkItem]:
        query = select(BulkItem).where(BulkItem.job_id == job).order_by(BulkItem.contract_id)
        with self.till.ctx.db.session() as session:
            return list(session.scalars(query))

    def states(self, job: int) -> Counter[str]:
        return Counter(item.state for item in self.items(job))

    def there(self) -> list[str]:
        """The statuses at Shopify."""
        rows = self.till.sandbox.world.of("contracts", self.till.domain).all()
        return [row["status"] for row in rows]

    def time_passes(self) -> None:
        """Machine time: who held a lease is dead, what waits may be tried again, and lost answers are looked up."""
        asker_dies(self.till)
        for drain in (unfinished.drain, unfinished_dates.drain):
            drain(self.till.ctx)
        past = machine_now() - timedelta(hours=1)
        with self.till.ctx.db.session() as session:
            session.execute(update(BulkItem).values(next_try_at=past))
            session.execute(update(BulkItem).where(BulkItem.lease_until.is_not(None)).values(lease_until=past))


@pytest.fixture
def desk(sandbox_server: SandboxServer, postgres_url: str) -> Iterator[Desk]:
    with opened(sandbox_server, postgres_url, contracts=COUNT) as till:
        till.mirror()
        yield Desk(till)


def test_a_pause_is_weighed_without_a_change_then_done_once_each_and_taken_back(desk: Desk) -> None:
    gids = [contract.shopify_gid for contract in _contracts(desk)]
    job = desk.weigh("pause")
    assert desk.states(job) == {"can": COUNT} and desk.job(job).state == "weighed"
    assert [item.amount for item in desk.items(job)] == [_contracts(desk)[0].next_charge_total] * COUNT
    assert desk.there() == ["ACTIVE"] * COUNT and not desk.till.facts("subscription.pause_requested")
    assert desk.waits() == 0, "nothing is done before a person says so"
    desk.run(job)
    assert desk.there() == ["PAUSED"] * COUNT and desk.states(job) == {"changed": COUNT}
    facts = desk.till.facts("subscription.paused")
    assert sorted(fact.contract_gid for fact in facts) == sorted(gids) and {fact.actor for fact in facts} == {ME}
    assert desk.job(job).state == "done" and desk.start(job) is None and desk.waits() == 0
    back = _take_back(desk, job)
    desk.run(back)
    assert desk.there() == ["ACTIVE"] * COUNT and desk.till.calls("ContractPause") == COUNT


def test_one_that_cannot_be_weighed_holds_up_no_other(desk: Desk) -> None:
    job = desk.weigh("pause")
    desk.run(job)
    first = desk.items(job)[0].contract_id
    with desk.till.ctx.db.session() as session:  # as a version wrote it that knew more
        session.execute(update(ContractEdit).where(ContractEdit.contract_id == first).values(action="hibernate"))
    back = _take_back(desk, job)
    assert desk.states(back) == {"cannot": 1, "can": COUNT - 1} and desk.job(back).state == "weighed"
    assert desk.items(back)[0].words == "unforeseen: KeyError"


@pytest.mark.parametrize("point", ["bulk.after_claim_before_edit", "bulk.after_edit_before_record"])
@pytest.mark.parametrize(("action", "call"), [("pause", "ContractPause"), ("skip", "CycleSkip")])
def test_a_worker_that_dies_at_any_line_leaves_each_done_exactly_once(
    desk: Desk, point: str, action: str, call: str
) -> None:
    job = desk.weigh(action)
    assert desk.start(job) is None
    for _ in range(2):
        with crashpoints.armed(point), pytest.raises(crashpoints.Killed):
            work.drain(desk.till.ctx)
    desk.time_passes()
    while desk.waits():
        work.drain(desk.till.ctx)
    assert desk.states(job) == {"changed": COUNT} and desk.job(job).state == "done"
    assert desk.till.calls(call) == COUNT
    kind = {"pause": "subscription.paused", "skip": "order.skipped"}[action]
    assert len(desk.till.facts(kind)) == COUNT


def test_a_lost_answer_is_looked_up_and_nothing_is_asked_twice(desk: Desk) -> None:
    job = desk.weigh("cancel", reason="other")
    desk.till.fault(graphql={"ContractCancel": {"reset": "after", "times": 1}})
    desk.run(job)
    desk.time_passes()
    while desk.waits():
        work.drain(desk.till.ctx)
        desk.time_passes()
    assert desk.there() == ["CANCELLED"] * COUNT and desk.till.calls("ContractCancel") == COUNT
    back = _take_back(desk, job)
    assert desk.states(back) == {"cannot": COUNT}
    assert {item.words for item in desk.items(back)} == {weigh.NOT_BACK}
    assert desk.start(back) == requests.NOTHING_TO_DO


def test_what_changed_between_looking_and_doing_is_judged_again(desk: Desk) -> None:
    job = desk.weigh("resume")
    assert desk.states(job) == {"cannot": COUNT} and "like that already" in str(desk.items(job)[0].words)
    job, first = desk.weigh("skip"), desk.items(desk.weigh("skip"))[0]
    with desk.till.sandbox.world.locked():
        rows = desk.till.sandbox.world.of("contracts", desk.till.domain)
        rows.put({**rows.all()[0], "status": "CANCELLED", "revision_id": rows.all()[0]["revision_id"] + 1})
    desk.till.mirror()
    desk.run(job)
    assert desk.states(job) == {"changed": COUNT - 1, "refused": 1}
    (refused,) = [item for item in desk.items(job) if item.state == "refused"]
    assert (refused.contract_id, refused.words) == (first.contract_id, "The subscription has ended.")


def test_the_next_order_moves_by_days_and_comes_back_unless_it_was_changed_since(desk: Desk) -> None:
    before = {cycle.contract_id: cycle.expected_at for cycle in _next(desk)}
    job = desk.weigh("move", days=3)
    desk.run(job)
    after = {cycle.contract_id: cycle.expected_at for cycle in _next(desk)}
    assert {number: after[number] - at for number, at in before.items()} == dict.fromkeys(before, timedelta(days=3))
    last = desk.items(job)[-1].contract_id
    other = desk.weigh("move", days=1)
    with desk.till.ctx.db.session() as session:  # only the last one is moved once more
        session.execute(update(BulkItem).where(BulkItem.job_id == other, BulkItem.contract_id != last)
                        .values(state="cannot"))  # fmt: skip
    desk.run(other)
    back = _take_back(desk, job)
    assert desk.states(back) == {"can": COUNT - 1, "cannot": 1}
    assert desk.items(back)[-1].words == weigh.CHANGED_SINCE


def test_stopped_leaves_the_rest_as_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "DONE_AT_ONCE", 1)
    job, other = desk.weigh("pause"), desk.weigh("skip")
    assert desk.start(job) is None and desk.start(other) == requests.RUNS_ALREADY
    assert work.drain(desk.till.ctx) == 1
    with desk.till.ctx.db.session() as session:
        requests.stop(session, desk.till.shop_id, job, desk.till.now)
    assert work.drain(desk.till.ctx) == 0 and desk.waits() == 0
    assert desk.states(job) == {"changed": 1, "can": COUNT - 1} and desk.there().count("PAUSED") == 1
    assert desk.start(job) is None and desk.job(job).state == "stopped"


def test_somebody_elses_subscriptions_are_neither_counted_nor_changed(desk: Desk) -> None:
    with desk.till.ctx.db.session() as session:
        other = Shop(domain="other.myshopify.com", host=desk.till.ctx.settings.host, installed_at=desk.till.now)
        session.add(other)
        session.flush()
        everybodys = select(Contract.id)
        made = requests.make(session, other.id, everybodys, "pause", {}, "all", ME, desk.till.now)
        assert made.total == 0 and requests.find(session, desk.till.shop_id, made.id) is None
        assert requests.start(session, desk.till.shop_id, made.id, desk.till.now) == requests.NOT_READY


def test_jobs_take_turns_so_that_a_large_one_holds_up_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "WEIGHED_AT_ONCE", 1)
    large, small = desk.make("pause"), desk.make("skip")
    for _ in range(2):
        work.drain(desk.till.ctx)
    assert [desk.states(job)["can"] for job in (large, small)] == [1, 1]


def test_a_swap_is_done_at_the_price_it_was_weighed_at(desk: Desk) -> None:
    shelf = stock(desk.till)
    job = desk.weigh("swap", old=shelf.house, new="gid://shopify/ProductVariant/404")
    assert {item.words for item in desk.items(job)} == {"The shop does not sell this item any more."}
    job = desk.weigh("swap", old=shelf.harbor, new=shelf.house)
    assert {item.words for item in desk.items(job)} == {"It does not hold this item."}
    job = desk.weigh("swap", old=shelf.house, new=shelf.harbor)
    assert desk.items(job)[0].amount == Decimal("12.60") - Decimal("18.00")
    desk.run(job)
    line = desk.till.whole_contract().lines[0]
    assert (line.variant_gid, line.current_price) == (shelf.harbor, Decimal("18.00"))
    assert desk.states(job) == {"changed": COUNT}


def _take_back(desk: Desk, job: int) -> int:
    with desk.till.ctx.db.session() as session:
        made = requests.take_back(session, session.get_one(BulkJob, job), ME, desk.till.now).id
    while desk.job(made).state == "weighing":
        work.drain(desk.till.ctx)
    return made


def _contracts(desk: Desk) -> list[Contract]:
    with desk.till.ctx.db.session() as session:
        return list(session.scalars(select(Contract).order_by(Contract.id)))


def _next(desk: Desk) -> list[Any]:
    chosen: dict[int, Any] = {}
    for cycle in sorted(desk.till.cycles(), key=lambda each: each.expected_at):
        if cycle.due_at and cycle.due_at > desk.till.now:
            chosen.setdefault(cycle.contract_id, cycle)
    return list(chosen.values())
