"""From facts to entries: one per session and shipment, by ship date, each fact once."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, text, update

from shopify_app.fulfillment import acknowledge, prune, take
from shopify_app.fulfillment.models import HISTORY, Change, FeedReading
from shopify_app.journal.models import Fact
from shopify_app.kit import crashpoints
from shopify_app.kit.clock import FixedClock
from shopify_app.privacy import registry
from tests.fulfillment.conftest import NOW, SHIPS, SHOPPER, Desk
from tests.web import rows

MINUTE = timedelta(minutes=1)
WAITING_FOR_ME = text("select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))")
MUG, TEA = {"title": "Mug", "quantity": 1}, {"title": "Tea", "quantity": 2}


def _sides(at_before, at_after) -> dict:
    sides = [{"expected_at": at.isoformat()} for at in (at_before, at_after)]
    return {"before": sides[0], "after": sides[1], "data": {"expected_at": at_after.isoformat()}}


def test_what_one_does_in_one_go_is_one_entry_by_the_day_it_ships(desk: Desk) -> None:
    desk.tell("subscription.item_added", NOW, before={"items": []}, after={"items": [TEA]})
    desk.tell("subscription.address_changed", NOW + 10 * MINUTE, before={}, after={})
    desk.tell("order.moved", NOW + 20 * MINUTE, cycle_index=3, **_sides(SHIPS, SHIPS + timedelta(days=2)))
    change = desk.the_change()
    assert (change.ships_on, change.shipped_on) == (date(2026, 12, 7), date(2026, 12, 5))
    assert (change.subject, change.groups) == ("cycle:3", ["dates", "delivery", "items"])
    assert [part["aspect"] for part in change.parts] == ["items", "address", "date"]
    assert (change.first_at, change.last_at) == (NOW, NOW + 20 * MINUTE)
    assert (change.revision, change.position, change.actor) == (3, 3, SHOPPER)


def test_others_later_and_another_date_are_entries_of_their_own(desk: Desk) -> None:
    desk.tell("subscription.address_changed", before={}, after={})
    desk.tell("subscription.note_changed", NOW + MINUTE, actor="merchant:42", before={}, after={"has_note": True})
    desk.tell("subscription.address_changed", NOW + 16 * MINUTE, before={}, after={})
    later = SHIPS + timedelta(days=30)
    desk.tell("order.skipped", NOW + 17 * MINUTE, cycle_index=4, data={"expected_at": later.isoformat()})
    desk.take()
    found = [(one.actor, one.subject, one.ships_on) for one in desk.changes()]
    first, second = date(2026, 12, 5), date(2027, 1, 4)
    assert found == [
        (SHOPPER, "cycle:3", first),
        ("merchant:42", "cycle:3", first),
        (SHOPPER, "cycle:3", first),
        (SHOPPER, "cycle:4", second),
    ]


def test_what_comes_after_an_acknowledgement_is_to_be_acknowledged_anew(desk: Desk) -> None:
    desk.tell("subscription.address_changed", before={}, after={})
    change = desk.the_change()
    with desk.ctx.db.session() as session:
        assert acknowledge.acknowledge(session, desk.shop_id, {change.id: 1}, "merchant:42", NOW) == [change.id]
        assert acknowledge.acknowledge(session, desk.shop_id, {change.id: 1}, "merchant:43", NOW) == []
    desk.tell("subscription.address_changed", NOW + MINUTE, before={}, after={})
    desk.take()
    old, new = desk.changes()
    assert (old.acknowledged_by, new.acknowledged_by) == ("merchant:42", None)


def test_an_entry_that_changed_since_it_was_seen_stays_open(desk: Desk) -> None:
    desk.tell("subscription.address_changed", before={}, after={})
    seen = desk.the_change()
    desk.tell("order.skipped", NOW + MINUTE, cycle_index=3)
    desk.take()
    with desk.ctx.db.session() as session:
        assert acknowledge.acknowledge(session, desk.shop_id, {seen.id: seen.revision}, "merchant:42", NOW) == []
    assert desk.the_change().acknowledged_at is None


def test_a_taker_that_dies_leaves_nothing_half_done_and_nothing_out(desk: Desk) -> None:
    desk.tell("subscription.address_changed", before={}, after={})
    with crashpoints.armed("feed.before_commit"), pytest.raises(crashpoints.Killed):
        desk.take()
    assert desk.changes() == [] and desk.waiting() == 1
    assert (desk.take(), desk.take(), desk.waiting()) == (1, 0, 0)
    assert desk.the_change().revision == 1


def test_two_takers_at_once_take_each_fact_once_and_positions_have_no_gap(desk: Desk) -> None:
    for minute in range(12):
        desk.tell("subscription.note_changed", NOW + 20 * minute * MINUTE, before={}, after={"has_note": True})
    start = Barrier(3)

    def run() -> None:
        start.wait()
        for _ in range(5):
            desk.take()

    threads = [Thread(target=run) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [one.position for one in desk.changes()] == list(range(1, 13)) and desk.waiting() == 0


def test_whoever_wants_several_entries_waits_for_the_first_before_holding_another(desk: Desk) -> None:
    for index in (3, 4):
        desk.tell("order.skipped", NOW + index * MINUTE, cycle_index=index)
    desk.take()
    first, second = (one.id for one in desk.changes())
    for index in (4, 3):
        desk.tell("order.unskipped", NOW + (10 - index) * MINUTE, cycle_index=index)

    def by_staff() -> None:
        with desk.ctx.db.session() as session:
            acknowledge.acknowledge(session, desk.shop_id, {second: 2, first: 2}, "merchant:42", NOW)

    def by_law() -> None:
        with desk.ctx.db.session() as session:
            registry.FEATURES["fulfillment"].erase(session, desk.shop_id, "gid://shopify/Customer/7")

    for act in (desk.take, by_staff, by_law):
        acting = Thread(target=act)
        with desk.ctx.db.session() as session:
            session.execute(select(Change.id).where(Change.id == first).with_for_update())
            acting.start()
            while not session.scalar(WAITING_FOR_ME):
                assert acting.is_alive(), "nobody waited"
                acting.join(0.02)
            free = select(Change.id).where(Change.id == second).with_for_update(skip_locked=True)
            assert session.scalar(free) == second
        acting.join()
    found = [(one.is_void, one.acknowledged_by, one.customer_gid) for one in desk.changes()]
    assert found == [(True, "merchant:42", None)] * 2


def test_what_happened_before_the_feed_began_is_history_that_nobody_has_to_go_through(desk: Desk) -> None:
    desk.tell("subscription.paused", NOW - timedelta(days=3), before={"status": "ACTIVE"}, after={"status": "PAUSED"})
    desk.tell("subscription.resumed", NOW, before={"status": "PAUSED"}, after={"status": "ACTIVE"})
    desk.take()
    old, new = desk.changes()
    assert (old.acknowledged_by, new.acknowledged_by) == (HISTORY, None)
    with desk.ctx.db.session() as session:
        assert acknowledge.reopen(session, desk.shop_id, [old.id]) == []


def test_dates_nobody_can_read_make_an_entry_without_a_date_and_hold_up_no_other(desk: Desk) -> None:
    desk.tell("order.skipped", cycle_index=3, data={"expected_at": "soon"})
    desk.tell("subscription.address_changed", NOW + MINUTE, before={}, after={})
    desk.tell("payment_method.updated", NOW + 2 * MINUTE, data={"why": "replaced"})
    desk.take()
    assert [(one.subject, one.ships_on) for one in desk.changes()] == [
        ("contract", None),
        ("cycle:3", date(2026, 12, 5)),
    ]
    assert desk.waiting() == 0


def test_what_is_no_change_is_passed_by_so_that_looking_stays_cheap_and_nothing_young_is(desk: Desk) -> None:
    with desk.ctx.db.session() as session:
        for number in range(501):
            rows.fact(session, desk.contract, "order.upcoming", NOW + number * MINUTE)
    assert take.read_on(desk.ctx) == 0, "one with a smaller id may still be on its way"
    with desk.ctx.db.session() as session:
        session.execute(update(Fact).values(recorded_at=func.now() - text("interval '11 minutes'")))
    desk.tell("order.skipped", cycle_index=3)
    assert take.read_on(desk.ctx) == 0, "something waits"
    assert desk.take() == 1
    assert (take.read_on(desk.ctx), desk.waiting(), len(desk.changes())) == (0, 0, 1)
    desk.tell("order.unskipped", NOW + MINUTE, cycle_index=3)
    assert desk.take() == 1 and desk.the_change().is_void


def test_a_prepaid_delivery_is_told_by_its_own_day(desk: Desk) -> None:
    sides = {
        "before": {"ships_at": SHIPS.isoformat()},
        "after": {"ships_at": (SHIPS + timedelta(days=1)).isoformat()},
    }
    gid = {"fulfillment_order_gid": "gid://shopify/FulfillmentOrder/77", "delivery": 2}
    desk.tell("delivery.changed", actor="shopify", cycle_index=1, data=gid, **sides)
    change = desk.the_change()
    assert (change.subject, change.ships_on, change.shipped_on) == (
        "delivery:77", date(2026, 12, 6), date(2026, 12, 5),
    )  # fmt: skip


def test_what_becomes_of_a_paid_order_stands_under_its_own_day(desk: Desk) -> None:
    data = {"order_gid": "gid://shopify/Order/61", "order_name": "#1061", "ships_at": NOW.isoformat()}
    kinds = ("order.held", "order.address_changed", "order.items_changed", "order.released")
    for minute, kind in enumerate(kinds):
        sides = [{"items": [one]} if "items" in kind else None for one in (MUG, TEA)]
        desk.tell(kind, NOW + minute * MINUTE, data=data, before=sides[0], after=sides[1])
    days = [{"ships_at": (SHIPS + timedelta(days=number)).isoformat()} for number in (0, 2)]
    one = data | {"fulfillment_order_gid": "gid://shopify/FulfillmentOrder/77"}
    desk.tell("order.rescheduled", NOW, data=one, before=days[0], after=days[1])
    desk.take()
    order, delivery = desk.changes()
    assert (order.subject, order.ships_on, order.shipped_on) == ("order:61", date(2026, 12, 1), None)
    assert [kind for part in order.parts for kind in part["kinds"]] == [kinds[0], kinds[3], *kinds[1:3]]
    assert (delivery.subject, delivery.ships_on, delivery.shipped_on) == (
        "delivery:77", date(2026, 12, 7), date(2026, 12, 5),
    )  # fmt: skip


def test_an_order_that_goes_elsewhere_this_once_is_open_and_among_deliveries(desk: Desk) -> None:
    same = {"items": [MUG], "total": "18.00"}
    desk.tell("order.contents_changed", cycle_index=3, before=same, after=same)
    change = desk.the_change()
    assert (change.is_void, change.groups, change.ships_on) == (False, ["delivery"], date(2026, 12, 5))


def test_an_erased_shopper_is_cut_off_their_entries_which_stay(desk: Desk) -> None:
    desk.tell("subscription.address_changed", before={}, after={})
    assert desk.the_change().customer_gid == "gid://shopify/Customer/7"
    erase = registry.FEATURES["fulfillment"]
    with desk.ctx.db.session() as session:
        held = erase.held(session, desk.shop_id, "gid://shopify/Customer/7")
        assert [one["ships_on"] for one in held["changes_of_shipments"]] == ["2026-12-05"]
        assert erase.erase(session, desk.shop_id, "gid://shopify/Customer/7") == 1
    change = desk.the_change()
    assert (change.customer_gid, change.actor) == (None, "shopper")


def test_what_was_packed_long_ago_is_forgotten_and_not_taken_again(desk: Desk) -> None:
    desk.tell("order.skipped", cycle_index=3)
    desk.tell("order.skipped", NOW + timedelta(days=300), cycle_index=4)
    desk.take()
    later = dataclasses.replace(desk.ctx, clock=FixedClock(NOW + timedelta(days=401)))
    assert (len(desk.changes()), prune.run(later)) == (2, 0), (
        "a fact beyond what is remembered as read would come back"
    )
    with desk.ctx.db.session() as session:
        session.execute(update(FeedReading).values(facts_read_to=select(func.max(Fact.id)).scalar_subquery()))
    assert (prune.run(later), prune.run(later)) == (1, 0)
    assert desk.take() == 0 and [change.subject for change in desk.changes()] == ["cycle:4"]
