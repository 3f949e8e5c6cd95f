"""What readings leave in the rows: newest wins, lines and cycles come and go, each change is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from shopify_app.contracts import erase as contracts_erase
from shopify_app.contracts import mirror
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from shopify_app.shoppers import erase as shoppers_erase
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.shops.models import Shop
from tests.contracts.desk import CUSTOMER, DAY, GID, Desk, contract, cycle, cycles, line
from tests.support.rows import NOW


def test_a_contract_arrives_whole(desk: Desk) -> None:
    change = desk.apply(contract())
    assert (change.created, change.stale, change.status_before, change.status_after) == (True, False, None, "ACTIVE")
    row = desk.row
    assert (row.customer_gid, row.delivery_price, [one.title for one in row.lines]) == (
        CUSTOMER,
        Decimal("4.50"),
        ["House Blend"],
    )
    assert row.next_charge_at == NOW + 3 * DAY
    assert row.next_charge_total == Decimal("18.50")
    assert row.billable_since == NOW - 27 * DAY
    assert desk.cycles[1].due_at == datetime(2026, 12, 4, 14, tzinfo=UTC), "nine o'clock in New York"
    assert set(row.search_text.split("\n")) >= {
        "7",
        "alex marsh",
        "alex@rosebud-shopper.net",
        "house blend",
        "hb-250",
    }


def test_an_older_revision_changes_nothing_but_says_so(desk: Desk) -> None:
    desk.apply(contract(revision_id=5, note="newer"))
    change = desk.apply(contract(revision_id=4, note="older", status="PAUSED", cycles=cycles()))
    assert change.stale
    assert (desk.row.note, desk.row.status, desk.due) == ("newer", "ACTIVE", [1, 2])


def test_of_one_revision_the_later_asked_reading_wins(desk: Desk) -> None:
    """Skipping a cycle makes no new revision, so a slow reader must not bring the unskipped cycle back."""
    slow = replace(contract(), asked_at=NOW)
    skipped = cycles(cycle(1, NOW + 3 * DAY, skipped=True), cycle(2, NOW + 34 * DAY))
    desk.apply(replace(contract(cycles=skipped), asked_at=NOW + DAY), later=False)
    assert desk.apply(slow, later=False).stale
    assert desk.cycles[1].skipped and desk.due == [2]


def test_a_newer_revision_asked_earlier_brings_the_contract_but_not_the_cycles(desk: Desk) -> None:
    skipped = cycles(cycle(1, NOW + 3 * DAY, skipped=True))
    desk.apply(replace(contract(cycles=skipped), asked_at=NOW + DAY), later=False)
    change = desk.apply(replace(contract(revision_id=2, note="new"), asked_at=NOW), later=False)
    assert change.stale, "so that it is read again"
    assert desk.row.note == "new" and desk.cycles[1].skipped


def test_the_same_reading_twice_changes_nothing(desk: Desk) -> None:
    for _ in range(2):
        desk.apply(contract())
    assert len(desk.cycles) == 2 and len(desk.row.lines) == 1


def test_lines_come_go_and_change_places(desk: Desk) -> None:
    desk.apply(contract(lines=(line(1, "A"), line(2, "B"), line(3, "C"))))
    desk.apply(contract(revision_id=2, lines=(line(3, "C", 2), line(1, "A"))))
    assert [(one.title, one.quantity, one.position) for one in desk.row.lines] == [("C", 2, 0), ("A", 1, 1)]
    assert desk.row.next_charge_total == Decimal("46.50")
    assert "b" not in desk.row.search_text.split("\n")
    desk.apply(contract(revision_id=3, lines=()))
    assert desk.row.lines == []


@pytest.mark.parametrize("status", ["PAUSED", "FAILED", "CANCELLED", "EXPIRED"])
def test_nothing_is_due_while_a_contract_is_not_active(desk: Desk, status: str) -> None:
    desk.apply(contract())
    desk.apply(contract(revision_id=2, status=status))
    assert desk.due == [] and desk.row.next_charge_at is None and desk.row.next_charge_total is None


def test_what_was_expected_during_a_pause_is_never_charged(desk: Desk) -> None:
    read = cycles(cycle(1, NOW - 2 * DAY), cycle(2, NOW + 28 * DAY))
    desk.apply(contract(revision_id=2, status="PAUSED", updated_at=NOW - 10 * DAY, cycles=read))
    desk.apply(contract(revision_id=3, status="ACTIVE", updated_at=NOW, cycles=read))
    assert desk.row.billable_since == NOW
    assert desk.due == [2]
    desk.apply(contract(revision_id=4, status="ACTIVE", updated_at=NOW + DAY, note="x", cycles=read))
    assert desk.row.billable_since == NOW, "a later change of an active contract moves nothing"


def test_only_what_was_expected_during_a_pause_is_passed(desk: Desk) -> None:
    read = cycles(*(cycle(number, NOW + day * DAY) for number, day in enumerate((-9, -7, -5, -3, 4), 1)))
    desk.apply(contract(cycles=read))
    for revision, (status, day) in enumerate((("PAUSED", -8), ("ACTIVE", -6), ("FAILED", -4), ("ACTIVE", -2)), 2):
        desk.apply(contract(revision_id=revision, status=status, updated_at=NOW + day * DAY, cycles=read))
    assert desk.due == [1, 3, 5], "the second was paused away for ever, the fourth in the later stop"


@pytest.mark.parametrize("change", [{"skipped": True}, {"status": "BILLED"}])
def test_a_cycle_skipped_or_billed_is_not_due(desk: Desk, change: dict) -> None:
    desk.apply(contract(cycles=cycles(cycle(1, NOW + 3 * DAY, **change), cycle(2, NOW + 34 * DAY))))
    assert desk.due == [2] and desk.row.next_charge_at == NOW + 34 * DAY


def test_a_moved_cycle_moves_its_charge(desk: Desk) -> None:
    desk.apply(contract())
    moved = cycle(1, NOW + 3 * DAY, expected_at=NOW + 8 * DAY, edited=True)
    desk.apply(contract(cycles=cycles(moved, cycle(2, NOW + 34 * DAY))))
    assert desk.row.next_charge_at == NOW + 8 * DAY
    assert desk.cycles[1].due_at == datetime(2026, 12, 9, 14, tzinfo=UTC)


def test_renumbered_cycles_leave_no_ghosts(desk: Desk) -> None:
    desk.apply(contract(cycles=cycles(*(cycle(n, NOW + (7 * n) * DAY) for n in range(1, 10)))))
    desk.apply(contract(revision_id=2, cycles=cycles(cycle(1, NOW + 30 * DAY), cycle(2, NOW + 60 * DAY))))
    assert sorted(desk.cycles) == [1, 2]


def test_a_ghost_at_the_edge_of_the_range_is_seen_by_its_neighbours(desk: Desk) -> None:
    """Weekly became monthly: the old 14th week straddles the hundredth day, the new third month ends after it."""
    old = cycle(14, NOW + 103 * DAY, start_at=NOW + 96 * DAY)
    true_next = cycle(4, NOW + 120 * DAY, start_at=NOW + 91 * DAY)
    desk.apply(contract(cycles=cycles(cycle(3, NOW + 90 * DAY), true_next, old, until=NOW + 130 * DAY)))
    desk.apply(contract(revision_id=2, cycles=cycles(cycle(3, NOW + 90 * DAY))))
    assert sorted(desk.cycles) == [3, 4]


def test_what_was_attempted_billed_or_outside_the_range_is_kept(desk: Desk) -> None:
    far = cycle(9, NOW + 200 * DAY)
    desk.apply(contract(cycles=cycles(cycle(1, NOW - 5 * DAY), cycle(2, NOW + 5 * DAY, status="BILLED"), far)))
    with desk.ctx.db.session() as session:
        session.execute(update(BillingCycle).where(BillingCycle.cycle_index == 1).values(attempted_at=NOW))
    desk.apply(contract(revision_id=2, cycles=cycles()))
    assert sorted(desk.cycles) == [1, 2, 9]


def test_a_reading_cut_short_proves_nothing_about_what_lies_behind_it(desk: Desk) -> None:
    desk.apply(contract(cycles=cycles(*(cycle(n, NOW + n * DAY) for n in range(1, 6)))))
    desk.apply(contract(cycles=cycles(cycle(1, NOW + DAY), cycle(3, NOW + 3 * DAY), complete=False)))
    assert sorted(desk.cycles) == [1, 3, 4, 5]


def test_our_own_marks_on_a_cycle_survive_a_reading(desk: Desk) -> None:
    desk.apply(contract())
    with desk.ctx.db.session() as session:
        marks = {"held_reason": "stock", "claimed_at": NOW, "lease_until": NOW, "parked_reason": "look"}
        session.execute(update(BillingCycle).where(BillingCycle.cycle_index == 1).values(**marks))
    desk.apply(contract(revision_id=2))
    one = desk.cycles[1]
    assert (one.held_reason, one.claimed_at, one.parked_reason) == ("stock", NOW, "look")
    assert desk.row.next_charge_at == NOW + 34 * DAY, "a parked cycle is no next charge"


def test_a_contract_older_than_the_installation_is_no_start(desk: Desk) -> None:
    desk.apply(contract())
    assert desk.facts == []
    desk.apply(contract(revision_id=2, status="PAUSED"))
    assert desk.facts == ["subscription.paused"]


def test_each_change_is_told_once(desk: Desk) -> None:
    new = {"created_at": NOW + DAY}
    desk.apply(contract(**new))
    desk.apply(contract(**new))
    for revision, status in enumerate(["PAUSED", "ACTIVE", "PAUSED", "FAILED", "ACTIVE", "EXPIRED"], 2):
        for _ in range(2):
            desk.apply(contract(revision_id=revision, status=status, **new))
    assert [kind.removeprefix("subscription.") for kind in desk.facts] == [
        "started",
        "paused",
        "resumed",
        "paused",
        "failed",
        "reactivated",
        "expired",
    ]
    with desk.ctx.db.session() as session:
        paused = session.scalars(select(Fact).where(Fact.kind == "subscription.paused")).first()
    assert (paused.before, paused.after, paused.contract_gid) == ({"status": "ACTIVE"}, {"status": "PAUSED"}, GID)


def test_a_contract_first_seen_cancelled_started_and_ended(desk: Desk) -> None:
    desk.apply(contract(created_at=NOW + DAY, status="CANCELLED"))
    assert desk.facts == ["subscription.started", "subscription.cancelled"]


def test_missing_personal_data_is_no_error(desk: Desk) -> None:
    person = replace(contract().customer, email=None, first_name=None, last_name=None, locale=None)
    desk.apply(contract(customer=person, payment_method=None, delivery_method=None, next_billing_date=None))
    assert desk.row.search_text.split("\n") == ["7", "house blend", "250 g", "hb-250"]
    desk.apply(contract(revision_id=2, customer=None))
    assert desk.row.customer_gid is None


def test_an_erased_shopper_stays_erased(desk: Desk) -> None:
    desk.apply(contract())
    with desk.ctx.db.session() as session:
        assert "12 Elm Street" in str(contracts_erase.held(session, desk.shop.id, CUSTOMER))
        assert "4242" in str(shoppers_erase.held(session, desk.shop.id, CUSTOMER))
        shoppers_erase.erase(session, desk.shop.id, CUSTOMER)
        contracts_erase.erase(session, desk.shop.id, CUSTOMER)
    desk.apply(contract(revision_id=2))
    with desk.ctx.db.session() as session:
        everything = [vars(row) for kind in (Shopper, Contract) for row in session.scalars(select(kind))]
    assert "Elm" not in str(everything) and "alex" not in str(everything).lower()


def test_another_shops_rows_are_not_touched(desk: Desk) -> None:
    desk.apply(contract())
    with desk.ctx.db.session() as session:
        other = Shop(domain="other.myshopify.com", host="x", installed_at=NOW)
        session.add(other)
        session.flush()
        mirror.apply(session, other, replace(contract(revision_id=9, lines=()), gid=GID), NOW)
        contracts_erase.erase(session, other.id, None)
        shoppers_erase.erase(session, other.id, None)
    with desk.ctx.db.session() as session:
        mine = session.scalars(select(Contract).where(Contract.shop_id == desk.shop.id)).one()
        assert (mine.revision_id, len(mine.lines), mine.delivery_method["address"] is not None) == (1, 1, True)
        card = session.scalars(select(PaymentMethod).where(PaymentMethod.shop_id == desk.shop.id)).one()
        assert card.last_digits == "4242"


def test_an_older_reading_of_a_card_does_not_unrevoke_it(desk: Desk) -> None:
    revoked = replace(contract().payment_method, revoked_at=NOW, revoked_reason="MANUALLY_REVOKED")
    desk.apply(replace(contract(revision_id=2, payment_method=revoked), asked_at=machine_now()), later=False)
    desk.apply(replace(contract(), asked_at=machine_now() - DAY), later=False)
    with desk.ctx.db.session() as session:
        assert session.scalars(select(PaymentMethod)).one().revoked_at == NOW


def test_every_due_date_follows_the_shop_into_another_zone(desk: Desk) -> None:
    from shopify_app.contracts import cycles as cycle_rules

    desk.apply(contract())
    with desk.ctx.db.session() as session:
        shop = session.get_one(Shop, desk.shop.id)
        shop.iana_timezone = "Europe/Berlin"
        assert cycle_rules.refresh_shop(session, shop) is None
    assert desk.cycles[1].due_at == datetime(2026, 12, 4, 8, tzinfo=UTC)
