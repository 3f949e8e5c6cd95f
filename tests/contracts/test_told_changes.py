"""What readings tell of changed subscriptions and dates: once, with who asked for it; first readings tell nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from shopify_app.contracts import erase as contracts_erase
from shopify_app.contracts.facts_contract import ASKED
from shopify_app.edits.contract.actions import ACTIONS
from shopify_app.edits.models import ContractEdit
from shopify_app.gateways.shopify.contents import Contents
from shopify_app.gateways.shopify.cycles import CycleSnapshot
from shopify_app.journal.models import Fact
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.shoppers import erase as shoppers_erase
from tests.contracts.desk import CUSTOMER, DAY, GID, MONTHLY, Desk, contract, cycle, cycles, line
from tests.support.rows import NOW

ME = "merchant:42"
FIRST, SECOND = cycle(1, NOW + 3 * DAY), cycle(2, NOW + 34 * DAY)
DARK = {"variant_gid": "gid://shopify/ProductVariant/2"}


def told(desk: Desk) -> list[tuple[str, str]]:
    """Kind and actor of each fact, oldest first; kinds without their first word."""
    return [(fact.kind.split(".")[1], fact.actor) for fact in facts(desk)]


def facts(desk: Desk) -> list[Fact]:
    with desk.ctx.db.session() as session:
        return list(session.scalars(select(Fact).order_by(Fact.id)))


def asked(desk: Desk, action: str, state: str = "requested") -> None:
    """An edit of ours that has no outcome yet."""
    with desk.ctx.db.session() as session:
        session.add(
            ContractEdit(
                shop_id=desk.shop.id,
                request_id=f"r-{action}-{state}",
                contract_id=desk.row.id,
                action=action,
                wish={},
                actor=ME,
                state=state,
                before={},
                after={},
                asked_at=NOW,
            )
        )


def requested(desk: Desk, kind: str, before: dict, after: dict, *, ago: timedelta = timedelta()) -> str:
    """A request of one date, as the door writes it; returns how its outcome's key ends."""
    stamp = machine_now().isoformat()
    with desk.ctx.db.session() as session:
        fact = record(
            session,
            desk.shop.id,
            key=f"{kind}:7:1:{stamp}",
            kind=kind,
            occurred_at=NOW,
            contract_gid=GID,
            cycle_index=1,
            actor=ME,
            before=before,
            after=after,
            data={"expected_at": FIRST.expected_at.isoformat()},
        )
        assert fact
        fact.recorded_at = machine_now() - ago
    return stamp


def read(desk: Desk, *found: CycleSnapshot, **values: Any) -> None:
    desk.apply(contract(cycles=cycles(*found), **values))


def test_each_change_of_a_subscription_is_told_once_and_a_first_reading_tells_nothing(desk: Desk) -> None:
    desk.apply(contract(lines=(line(1), line(2, "Filters"))))
    assert told(desk) == []
    after = contract(
        revision_id=2,
        lines=(
            replace(line(1, "Dark Roast"), **DARK),
            line(2, "Filters", 3),
            replace(line(3, "Mug"), variant_gid="gid://m"),
        ),
        billing_policy={**MONTHLY, "intervalCount": 2},
        delivery_method={"type": "shipping", "title": "Express", "address": {"address1": "1 Oak Street"}},
        note="Ring twice",
        discounts=[{"id": "gid://d/1", "title": "SPRING", "percentage": 10}],
        payment_method=replace(contract().payment_method, gid="gid://shopify/CustomerPaymentMethod/b0"),
    )
    for _ in range(2):
        desk.apply(after)
    assert told(desk) == [
        (kind, "shopify")
        for kind in (
            "item_swapped",
            "item_added",
            "quantity_changed",
            "frequency_changed",
            "address_changed",
            "delivery_changed",
            "note_changed",
            "discount_added",
            "payment_method_changed",
        )
    ]
    assert "Oak" not in str([(fact.before, fact.after, fact.data) for fact in facts(desk)])
    desk.apply(replace(after, revision_id=3, lines=after.lines[:2], discounts=[]))
    assert [kind for kind, _ in told(desk)[9:]] == ["item_removed", "discount_removed"]


def test_whoever_asked_us_is_told_as_the_one_who_did_it(desk: Desk) -> None:
    desk.apply(contract())
    asked(desk, "quantity", "done")
    asked(desk, "quantity")
    desk.apply(contract(revision_id=2, lines=(line(1, quantity=2),), note="by another app, at the same moment"))
    assert told(desk) == [("quantity_changed", ME), ("note_changed", "shopify")]
    (fact, _) = facts(desk)
    assert (fact.before["items"][0]["quantity"], fact.after["items"][0]["quantity"]) == (1, 2)
    assert fact.key == "quantity_changed:7:2" and fact.occurred_at == contract().updated_at


def test_every_action_that_changes_a_subscription_has_its_kind() -> None:
    known = {action for actions in ASKED.values() for action in actions}
    at_shopify = {name for name, action in ACTIONS.items() if not action.is_ours}
    by_status = {"pause", "resume", "reactivate", "cancel", "withdraw"}
    assert at_shopify - by_status - {"price_step"} <= known, "a price tells itself: a reading does not compare prices"


def test_our_swap_that_shopify_makes_of_two_lines_is_one_swap(desk: Desk) -> None:
    desk.apply(contract())
    asked(desk, "swap")
    desk.apply(contract(revision_id=2, lines=(replace(line(2, "Dark Roast"), **DARK),)))
    assert told(desk) == [("item_swapped", ME)]


def test_of_an_erased_shopper_nothing_is_told(desk: Desk) -> None:
    read(desk, FIRST)
    with desk.ctx.db.session() as session:
        shoppers_erase.erase(session, desk.shop.id, CUSTOMER)
        contracts_erase.erase(session, desk.shop.id, CUSTOMER)
    read(desk, replace(FIRST, skipped=True), revision_id=2, lines=(line(1, quantity=2),))
    assert told(desk) == []


def test_dates_changed_elsewhere_are_told(desk: Desk) -> None:
    read(desk, FIRST, SECOND)
    moved = replace(SECOND, expected_at=SECOND.expected_at + DAY)
    for _ in range(2):
        read(desk, replace(FIRST, skipped=True), moved)
    read(desk, FIRST, moved)
    assert told(desk) == [("skipped", "shopify"), ("moved", "shopify"), ("unskipped", "shopify")]
    first, second, _ = facts(desk)
    assert (first.cycle_index, first.before, first.after) == (1, {"skipped": False}, {"skipped": True})
    assert second.after == {"expected_at": moved.expected_at.isoformat()}
    assert {fact.occurred_at for fact in facts(desk)} == {desk.ctx.clock.now()}


def test_a_reading_of_cycles_alone_tells_them_too(desk: Desk) -> None:
    from shopify_app.contracts import mirror

    read(desk, FIRST)
    with desk.ctx.db.session() as session:
        reading = cycles(replace(FIRST, skipped=True))
        assert mirror.apply_cycles(session, desk.shop, GID, reading, machine_now(), NOW)
    assert told(desk) == [("skipped", "shopify")]


def test_dates_that_follow_from_something_else_are_not_told(desk: Desk) -> None:
    read(desk, FIRST, SECOND)
    later = replace(FIRST, expected_at=FIRST.expected_at + DAY)
    read(desk, later, SECOND, revision_id=2, status="PAUSED")
    assert [kind for kind, _ in told(desk)] == ["paused"]
    renumbered = cycle(1, NOW + 10 * DAY, skipped=True)
    read(desk, renumbered, revision_id=3, status="PAUSED")
    assert [kind for kind, _ in told(desk)] == ["paused"]
    anchored = {**MONTHLY, "anchors": [{"type": "MONTHDAY", "day": 5}]}
    read(
        desk, replace(renumbered, expected_at=NOW + 9 * DAY), revision_id=4, status="PAUSED", billing_policy=anchored
    )
    assert [kind for kind, _ in told(desk)] == ["paused", "frequency_changed"]
    read(desk, replace(renumbered, status="BILLED", skipped=False), revision_id=4, status="PAUSED",
         billing_policy=anchored)  # fmt: skip
    assert [kind for kind, _ in told(desk)] == ["paused", "frequency_changed"]


def test_contents_of_one_order_are_told_without_where_it_goes(desk: Desk) -> None:
    read(desk, FIRST)
    method = contract().delivery_method
    same = Contents((line(1),), Decimal("4.50"), method, None)
    more = replace(same, lines=(line(1), line(9, "Mug")))
    elsewhere = replace(more, delivery_method={**method, "address": {"address1": "1 Oak Street"}})
    for held in (same, more, more, elsewhere, None):
        read(desk, replace(FIRST, edited=True, contents=held))
    assert told(desk) == [("contents_changed", "shopify")] * 3, "the same contents are no change"
    first, second, third = facts(desk)
    assert [one["title"] for one in first.after["items"]] == ["House Blend", "Mug"]
    assert (first.before["total"], first.after["total"], third.after["total"]) == ("18.50", "32.50", "18.50")
    assert "Oak" not in str(second.after)


def test_what_our_door_asked_for_is_told_under_its_key_by_whoever_reads_it_first(desk: Desk) -> None:
    read(desk, FIRST)
    stamp = requested(desk, "order.skip_requested", {"skipped": False}, {"skipped": True})
    read(desk, replace(FIRST, skipped=True))
    done = facts(desk)[-1]
    assert (done.key, done.kind, done.actor) == (f"order.skipped:7:1:{stamp}", "order.skipped", ME)
    read(desk, FIRST)
    read(desk, replace(FIRST, skipped=True))
    assert told(desk)[2:] == [("unskipped", "shopify"), ("skipped", "shopify")], "a request explains one change"


def test_a_request_for_another_day_or_an_old_one_explains_nothing(desk: Desk) -> None:
    read(desk, FIRST)
    wished, got = (FIRST.expected_at + days * DAY for days in (7, 2))
    before = {"expected_at": FIRST.expected_at.isoformat()}
    requested(desk, "order.move_requested", before, {"expected_at": wished.isoformat()})
    read(desk, replace(FIRST, expected_at=got))
    assert told(desk)[-1] == ("moved", "shopify")
    read(desk, replace(FIRST, expected_at=wished + timedelta(milliseconds=400)))
    assert told(desk)[-1] == ("moved", ME)
    requested(desk, "order.skip_requested", {}, {}, ago=timedelta(hours=2))
    read(desk, replace(FIRST, expected_at=wished, skipped=True))
    assert ("skipped", "shopify") in told(desk)


def test_a_failed_subscription_that_goes_on_is_reactivated(desk: Desk) -> None:
    at: datetime = NOW
    for revision, status in enumerate(("ACTIVE", "FAILED", "ACTIVE"), 1):
        desk.apply(contract(revision_id=revision, status=status, updated_at=at))
    assert [kind for kind, _ in told(desk)] == ["failed", "reactivated"]
