"""The nightly comparison: what it finds, what it repairs, and how it goes on after a break."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, func, select, update

from sandbox.seeds import tiny
from sandbox.shopify import attempts, contracts, cycle_mutations
from sandbox.world.store import Row
from shopify_app.billing.models import BillingAttempt
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.insights import drift, full, night
from shopify_app.insights.models import Comparison, DriftReport
from shopify_app.kit.clock import machine_now
from shopify_app.kit.gid import gid
from tests.support.app import Story
from tests.support.mirror import differences

BOUGHT = datetime(2026, 11, 2, 9, tzinfo=UTC)
DUE = datetime(2026, 12, 2, 15, tzinfo=UTC)


def _compare(story: Story) -> list[DriftReport]:
    """Run a whole comparison as the night would; returns what it found, oldest first."""
    with story.ctx.db.session() as session:
        session.execute(delete(DriftReport))
        night.start(session, story.shop, story.now)
    return _finish(story)


def _finish(story: Story) -> list[DriftReport]:
    """Go on to the end, however long Shopify's search takes."""
    for _ in range(50):
        with story.ctx.db.session() as session:
            if session.get_one(Comparison, story.shop.id).finished_at:
                return list(session.scalars(select(DriftReport).order_by(DriftReport.id)))
            session.execute(update(Comparison).values(next_slice_at=machine_now()))
        story.sandbox.background.drain()
        night.drain(story.ctx)
    raise AssertionError("the comparison does not end")


def _gid(row: Row) -> str:
    return gid("SubscriptionContract", row["id"])


def test_it_begins_at_three_in_the_shops_zone_once_a_night(story: Story) -> None:
    tiny.grow(story.world, at=datetime(2026, 12, 1, 14, tzinfo=UTC), created_at=BOUGHT)
    story.install()
    story.advance(datetime(2026, 12, 2, 7, 59, tzinfo=UTC), step=timedelta(hours=9))
    with story.ctx.db.session() as session:
        assert session.get(Comparison, story.shop.id) is None
    story.advance(datetime(2026, 12, 2, 9, 30, tzinfo=UTC))
    assert _finish(story) == []
    with story.ctx.db.session() as session:
        row = session.get_one(Comparison, story.shop.id)
        assert (row.night, row.phase, row.found, row.looked_at) == (date(2026, 12, 2), "done", 0, 1)
        began = row.started_at
    story.advance(timedelta(hours=1))
    with story.ctx.db.session() as session:
        assert session.get_one(Comparison, story.shop.id).started_at == began
    tomorrow = story.now + timedelta(hours=22)
    with story.world.locked():
        story.world.clock.set(tomorrow)
    story.now  # noqa: B018 - the clock's new instant
    assert night.begin(story.ctx) == 1
    with story.ctx.db.session() as session:
        assert session.get_one(Comparison, story.shop.id).night == date(2026, 12, 3)


def test_it_finds_and_repairs_what_no_webhook_told(story: Story) -> None:
    grown = tiny.grow(story.world, contracts=4, created_at=BOUGHT)
    story.install()
    assert _compare(story) == []
    with story.world.locked():
        contracts.change(story.world, story.shop_domain, grown.contracts[0], silent=True, status="PAUSED")
        cycle_mutations.set_skipped(story.world, story.shop_domain, grown.contracts[1], 2, True)
        contracts.change(story.world, story.shop_domain, grown.contracts[2], silent=True, note="ring at Mrs Marsh")
        new = tiny.add_contract(story.world, story.shop_domain)
        story.world.webhooks.drop(story.shop_domain)
    found = {report.contract_gid: report for report in _compare(story)}
    paused, skipped, noted, missing = (found[_gid(row)] for row in (*grown.contracts[:3], new))
    assert (paused.kind, paused.before["status"], paused.after["status"]) == ("differed", "ACTIVE", "PAUSED")
    assert skipped.after["cycles"][0][0] == 2 and skipped.after["cycles"][0][3] is True
    assert missing.kind == "missing" and missing.after["status"] == "ACTIVE"
    # a note is about a person: that it changed is all that is kept
    assert noted.after["note"] == "changed" and "Marsh" not in str([report.after for report in found.values()])
    assert all(report.is_repaired for report in found.values())
    assert [line for line in differences(story) if "Order" not in line] == []
    assert _compare(story) == []


def test_a_charge_made_elsewhere_is_written_into_the_ledger(story: Story) -> None:
    grown = tiny.grow(story.world, at=datetime(2026, 12, 1, 14, tzinfo=UTC), created_at=BOUGHT)
    story.install()
    with story.world.locked():
        attempts.begin(story.world, story.shop_domain, grown.contracts[0], 1, "somebody-elses", foreign=True)
    story.sandbox.background.drain()
    with story.world.locked():
        story.world.webhooks.drop(story.shop_domain)
        story.world.clock.set(DUE)
    with story.ctx.db.session() as session:
        session.execute(delete(BillingAttempt))  # whatever a webhook told of it is lost
        session.execute(update(BillingCycle).where(BillingCycle.cycle_index == 1).values(status="UNBILLED"))
    story.now  # noqa: B018 - the clock's new instant
    (mirrored, foreign) = _compare(story)
    assert (mirrored.kind, foreign.kind, foreign.cycle_index) == ("differed", "foreign", 1)
    assert foreign.after["key"] == "somebody-elses"
    with story.ctx.db.session() as session:
        (attempt,) = session.scalars(select(BillingAttempt)).all()
        assert (attempt.state, attempt.idempotency_key) == ("settled", "somebody-elses")
    story.advance(timedelta(days=1), step=timedelta(hours=6))
    assert len(story.world.ledger.payments()) == 1


def test_a_cycle_only_shopify_knows_is_an_alert_and_read_again_at_once(story: Story) -> None:
    grown = tiny.grow(story.world, contracts=3, at=datetime(2026, 12, 1, 14, tzinfo=UTC), created_at=BOUGHT)
    story.install()
    with story.ctx.db.session() as session:
        lost = session.scalars(select(Contract).where(Contract.shopify_gid == _gid(grown.contracts[1]))).one()
        session.execute(delete(BillingCycle).where(BillingCycle.contract_id == lost.id))
        # a reading that claims to be newer than what Shopify will say keeps the look in turn from finding it
        wrong = session.scalars(select(Contract).where(Contract.shopify_gid == _gid(grown.contracts[2]))).one()
        wrong.billable_since, wrong.revision_id = None, wrong.revision_id + 1000
        session.execute(update(BillingCycle).where(BillingCycle.contract_id == wrong.id).values(due_at=None))
    with story.world.locked():
        story.world.clock.set(DUE)
    story.now  # noqa: B018
    with story.ctx.db.session() as session:
        night.start(session, story.shop, story.now)
        session.execute(update(Comparison).values(phase=night.DUE))  # this check alone, as the last defence
    _finish(story)
    with story.ctx.db.session() as session:
        found = {r.contract_gid: r for r in session.scalars(select(DriftReport))}
        assert set(found) == {_gid(row) for row in grown.contracts[1:]}
        repaired, left = found[_gid(grown.contracts[1])], found[_gid(grown.contracts[2])]
        assert (repaired.kind, repaired.before, repaired.is_repaired) == (
            "only_shopify", {"ours": "no such cycle"}, True,
        )  # fmt: skip
        assert (left.after, left.is_repaired) == ({"ours": "contract active"}, False)
        assert drift.unrepaired(session, story.now) == 1
        assert drift.unrepaired(session, story.now + timedelta(days=3)) == 0


def test_a_search_that_takes_its_time_is_waited_for_without_holding_a_worker(story: Story) -> None:
    tiny.grow(story.world, created_at=BOUGHT)
    story.install()
    with story.world.locked():
        story.world.faults.set({"settle": {"delay_ms": 60_000}})
    with story.ctx.db.session() as session:
        night.start(session, story.shop, story.now)
    while night.drain(story.ctx):
        pass
    with story.ctx.db.session() as session:
        row = session.get_one(Comparison, story.shop.id)
        assert (row.phase, row.lease_until, row.finished_at) == ("due", None, None)
        assert night.waiting(session, story.now, machine_now()) == 0


def test_a_slice_that_dies_is_taken_up_where_it_was(story: Story) -> None:
    tiny.grow(story.world, contracts=3, created_at=BOUGHT)
    story.install()
    with story.ctx.db.session() as session:
        night.start(session, story.shop, story.now)
    lease = night._claim(story.ctx)
    assert night._turn(story.ctx, *lease)
    assert night.drain(story.ctx) == 0, "somebody holds it"
    with story.ctx.db.session() as session:
        row = session.get_one(Comparison, story.shop.id)
        assert (row.phase, row.looked_at) == ("cycles", 3)
        row.lease_until = machine_now() - timedelta(seconds=1)
    assert not night._turn(story.ctx, *lease), "a lost lease is lost"
    while night.drain(story.ctx):
        pass
    with story.ctx.db.session() as session:
        assert session.get_one(Comparison, story.shop.id).looked_at == 3


def test_an_error_is_waited_out(story: Story) -> None:
    tiny.grow(story.world, created_at=BOUGHT)
    story.install()
    with story.world.locked():
        story.world.faults.set({"graphql": {"ContractStandings": {"status": 503}}})
    with story.ctx.db.session() as session:
        night.start(session, story.shop, story.now)
    night.drain(story.ctx)
    with story.ctx.db.session() as session:
        row = session.get_one(Comparison, story.shop.id)
        assert row.tries == 1 and "503" in row.last_error and row.next_slice_at > machine_now()
        assert row.lease_until is None


def test_by_hand_it_prints_what_it_found_elsewhere_too(story: Story) -> None:
    grown = tiny.grow(story.world, at=datetime(2026, 12, 1, 14, tzinfo=UTC), created_at=BOUGHT)
    story.install()
    with story.world.locked():
        attempts.begin(story.world, story.shop_domain, grown.contracts[0], 1, "somebody-elses", foreign=True)
    story.sandbox.background.drain()
    with story.world.locked():
        story.world.webhooks.drop(story.shop_domain)
        story.world.clock.set(DUE)
    story.now  # noqa: B018
    with story.ctx.db.session() as session:
        session.execute(delete(BillingAttempt))
    lines = list(full.run(story.ctx))
    assert any(line.endswith("cycle 1: foreign repaired") for line in lines), lines


def test_reports_are_forgotten_after_ninety_days(story: Story) -> None:
    tiny.grow(story.world, created_at=BOUGHT)
    story.install()
    with story.ctx.db.session() as session:
        for days in (89, 91):
            drift.report(session, story.shop.id, drift.GONE, f"gid-{days}", story.now - timedelta(days=days))
        session.flush()
        drift.prune(session, story.shop.id, story.now)
        assert [row.contract_gid for row in session.scalars(select(DriftReport))] == ["gid-89"]


def test_a_date_that_comes_into_view_is_no_drift(story: Story) -> None:
    tiny.grow(story.world, contracts=3, interval="WEEK", created_at=BOUGHT)
    story.install()
    with story.ctx.db.session() as session:
        before = session.scalar(select(func.count()).select_from(BillingCycle)) or 0
    later = story.now + timedelta(days=8)
    with story.world.locked():
        story.world.clock.set(later)
    assert _compare(story) == []
    with story.ctx.db.session() as session:
        assert (session.scalar(select(func.count()).select_from(BillingCycle)) or 0) > before
