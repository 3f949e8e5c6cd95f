"""When money moves, by the calendar: each due cycle once, in the shop's zone at its hour, never a day early.

Told with billing alone on the sandbox (`tests/billing/till.py`), hour by hour through the days that matter; the
sandbox's ledger of captured payments is the judge, and the instants were worked out by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.shopify import contracts, cycle_mutations, cycles, shops
from sandbox.testing import SandboxServer
from shopify_app.billing import hours
from shopify_app.contracts import webhooks
from shopify_app.shops.models import Shop
from tests.billing.till import Till, opened

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Telling = Callable[..., Any]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def told(sandbox_server: SandboxServer, postgres_url: str) -> Telling:
    """Opens a till on a contract that is bought at this instant (UTC), in New York, charged at 9 or `hour`."""

    @contextmanager
    def open_at(bought: str, hour: int = 9, at: str = "", **tiny: Any) -> Iterator[Till]:
        start = {"at": utc(at or bought), "created_at": utc(bought)}
        with opened(sandbox_server, postgres_url, **(start | tiny)) as till:
            with till.ctx.db.session() as session:
                hours.change(session, till.shop_id, hour)
            yield till

    return open_at


def _live(till: Till, *days: str) -> None:
    """Go through these days, from midnight UTC for 30 hours each, looking every hour; the mirror is read each day."""
    for day in days:
        for hour in range(30):
            at = max(utc(day) + hour * HOUR, till.now)
            till.at(at)
            if hour in (0, 24):
                till.mirror()
            if till.charge():
                till.sandbox.settle()


def _paid(till: Till) -> list[datetime]:
    """When money moved, once for each cycle, none early: what the ledger must say of every story here."""
    payments = till.ledger()
    assert till.sandbox.world.ledger.violations() == []
    assert len({(p["contract_id"], p["cycle_index"]) for p in payments}) == len(payments)
    for payment in payments:
        early = datetime.fromisoformat(payment["expected_at"]) - datetime.fromisoformat(payment["at"])
        assert early <= DAY
    return [datetime.fromisoformat(payment["at"]) for payment in payments]


def _row(till: Till) -> dict[str, Any]:
    return till.sandbox.world.of("contracts", till.domain).all()[0]


def _instants(*texts: str) -> Sequence[datetime]:
    return [utc(text) for text in texts]


def test_an_hour_that_comes_twice_charges_once_the_first_time(told: Telling) -> None:
    with told("2026-10-31T20:00", hour=1, interval="DAY") as till:
        _live(till, "2026-11-01", "2026-11-02")
        assert _paid(till) == _instants("2026-11-01T05:00", "2026-11-02T06:00"), "1:00 in summer time, then in winter"


def test_an_hour_that_never_comes_charges_once_right_after(told: Telling) -> None:
    with told("2027-03-13T20:00", hour=2, interval="DAY") as till:
        _live(till, "2027-03-14", "2027-03-15")
        assert _paid(till) == _instants("2027-03-14T07:00", "2027-03-15T06:00"), "3:00, as 2:00 is left out"


def test_a_25_hour_day_is_not_charged_more_than_a_day_early(told: Telling) -> None:
    """Expected at 23:30 of the long day, charged at 0:00: midnight would be 24.5 hours early."""
    with told("2026-10-31T03:30", hour=0, interval="DAY", interval_count=2) as till:
        _live(till, "2026-11-01")
        assert _paid(till) == _instants("2026-11-01T05:00"), "looked at every hour: the first after 4:30"


def test_the_31st_becomes_the_last_day_and_comes_back(told: Telling) -> None:
    with told("2027-01-31T15:00") as till:
        _live(till, "2027-02-27", "2027-02-28", "2027-03-30", "2027-03-31", "2027-04-30")
        assert _paid(till) == _instants("2027-02-28T14:00", "2027-03-31T13:00", "2027-04-30T13:00")


@pytest.mark.parametrize(
    ("bought", "at", "interval", "paid"),
    [
        ("2028-01-31T15:00", "", "MONTH", ["2028-02-29T14:00", "2028-03-31T13:00"]),
        ("2027-02-28T15:00", "2028-02-27T15:00", "YEAR", ["2028-02-28T14:00"]),
        ("2024-02-29T15:00", "2028-02-27T15:00", "YEAR", ["2028-02-29T14:00"]),
    ],
)
def test_a_leap_day(told: Telling, bought: str, at: str, interval: str, paid: list[str]) -> None:
    with told(bought, at=at, interval=interval) as till:
        _live(till, "2028-02-28", "2028-02-29", "2028-03-31")
        assert _paid(till) == _instants(*paid)


def test_a_shop_that_moves_between_two_cycles(told: Telling) -> None:
    """From New York to Tokyo: the next cycle is expected at midnight there, and charged then, not 24 hours before."""
    with told("2026-12-01T15:00", interval="WEEK") as till:
        _live(till, "2026-12-08")
        with till.sandbox.world.locked():
            shops.update(till.sandbox.world, till.domain, zone="Asia/Tokyo")
        with till.ctx.db.session() as session:
            shop = session.get_one(Shop, till.shop_id)
            shop.iana_timezone = "Asia/Tokyo"
            webhooks.zone_changed(till.ctx, session, shop, None, till.now)
        _live(till, "2026-12-15", "2026-12-16", "2026-12-22")
        assert _paid(till) == _instants("2026-12-08T14:00", "2026-12-16T00:00", "2026-12-23T00:00")


def _move(till: Till, index: int, to: str) -> None:
    """As subscriptionBillingCycleScheduleEdit does."""
    world = till.sandbox.world
    with world.locked():
        cycles.override(world, till.domain, _row(till), index, moved_to=utc(to).isoformat())


def test_a_moved_cycle_is_charged_on_its_new_day_alone(told: Telling) -> None:
    with told("2026-12-01T15:00", interval="WEEK") as till:
        _move(till, 1, "2026-12-11T02:00")  # the 10th, 21:00 in New York
        _live(till, "2026-12-08", "2026-12-09", "2026-12-10", "2026-12-11", "2026-12-15")
        assert _paid(till) == _instants("2026-12-10T14:00", "2026-12-15T14:00")


def test_a_skipped_cycle_is_left_out_and_one_brought_back_is_charged(told: Telling) -> None:
    with told("2026-12-01T15:00", interval="WEEK") as till:
        world = till.sandbox.world
        with world.locked():
            cycle_mutations.set_skipped(world, till.domain, _row(till), 1, True)
            cycle_mutations.set_skipped(world, till.domain, _row(till), 2, True)
        _live(till, "2026-12-08", "2026-12-15")
        with world.locked():
            cycle_mutations.set_skipped(world, till.domain, _row(till), 2, False)
        _live(till, "2026-12-17", "2026-12-22")
        assert _paid(till) == _instants("2026-12-17T00:00", "2026-12-22T14:00")


def test_an_edit_of_one_cycle_is_paid_once_with_what_is_in_it(told: Telling) -> None:
    with told("2026-12-01T15:00", interval="WEEK") as till:
        world = till.sandbox.world
        with world.locked():
            twice = [{**line, "quantity": 2} for line in _row(till)["lines"]]
            cycles.override(world, till.domain, _row(till), 1, contents={"lines": twice})
        _live(till, "2026-12-08", "2026-12-15")
        assert _paid(till) == _instants("2026-12-08T14:00", "2026-12-15T14:00")
        edited, usual = (float(payment["amount"]) for payment in till.ledger())
        assert edited - usual == 14.0


def test_the_last_of_max_cycles_is_the_last_charge(told: Telling) -> None:
    with told("2026-12-01T15:00", interval="WEEK", policy={"min_cycles": 1, "max_cycles": 2}) as till:
        _live(till, "2026-12-08", "2026-12-15")
        with till.sandbox.world.locked():
            contracts.change(till.sandbox.world, till.domain, _row(till), status="EXPIRED")
        _live(till, "2026-12-22", "2026-12-29")
        assert _paid(till) == _instants("2026-12-08T14:00", "2026-12-15T14:00")
        assert till.contract().status == "EXPIRED" and [c.due_at for c in till.cycles()] == [None, None]


def test_an_anchor_with_a_cutoff_begins_a_week_later(told: Telling) -> None:
    """Bought on a Saturday, three days' cutoff before the Monday: the 7th is too soon."""
    policy = {"anchors": [{"type": "WEEKDAY", "day": 1}], "cutoff": 3}
    with told("2026-12-05T15:20", interval="WEEK", policy=policy) as till:
        _live(till, "2026-12-07", "2026-12-12", "2026-12-14", "2026-12-21")
        assert _paid(till) == _instants("2026-12-14T14:00", "2026-12-21T14:00")


def test_prepaid_is_paid_by_the_billing_policy(told: Telling) -> None:
    """Delivered every month, paid for three of them at once."""
    with told("2026-12-01T15:00", interval_count=3, delivery_policy=contracts.policy("MONTH", 1)) as till:
        _live(till, "2027-01-01", "2027-03-01", "2027-06-01")
        assert till.contract().is_prepaid
        assert _paid(till) == _instants("2027-03-01T14:00", "2027-06-01T13:00")
