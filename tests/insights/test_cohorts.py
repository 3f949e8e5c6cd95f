"""Who stayed, churn, certainty and recovery, held against oracles that share nothing with the app."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from shopify_app.contracts.models import ContractImport
from shopify_app.insights.revenue_models import DailyMovement, DailyRevenue, RevenueCount, RevenueMovement
from shopify_app.kit.db import Database
from shopify_app.shops.models import Shop
from shopify_app.web.admin.insights import cohorts, coming, figures, recovering
from tests.oracles import insights as oracle
from tests.web import rows

NOW, TODAY = rows.NOW, date(2026, 12, 1)
DAY = timedelta(days=1)


@pytest.fixture
def session(postgres_url: str) -> Iterator[Session]:
    database = Database(postgres_url)
    with database.session() as session:
        yield session
    database.close()


@pytest.fixture
def shop(session: Session) -> Shop:
    shop = rows.shop(session)
    done = {"started_at": NOW, "finished_at": NOW, "next_slice_at": NOW}
    session.add(ContractImport(shop_id=shop.id, phase="done", contracts_done=0, **done))
    session.flush()
    return shop


def _noon(shop: Shop, on: date) -> datetime:
    return datetime.combine(on, time(12), shop.zone)


def test_lives_of_any_length_are_counted_by_the_month_in_which_they_began(session: Session, shop: Shop):
    chance, lives = random.Random(5), []
    for number in range(120):
        began = TODAY - timedelta(days=chance.randint(0, 400))
        if chance.random() < 0.3:
            began = began.replace(day=min(31, {2: 28}.get(began.month, 30)))  # short months follow
        ended = began + timedelta(days=chance.randint(0, 250)) if chance.random() < 0.6 else None
        ended = None if ended and ended > TODAY else ended
        lives.append(oracle.Life(began, ended))
        is_counted = chance.random() < 0.5
        changed = ended if ended and not is_counted else TODAY
        contract = rows.contract(
            session, shop.id, number, status=chance.choice(["CANCELLED", "EXPIRED"]) if ended else "PAUSED",
            shopify_created_at=_noon(shop, began), shopify_updated_at=_noon(shop, changed),
        )  # fmt: skip
        if ended and is_counted:
            moved = {"shop_id": shop.id, "contract_id": contract.id, "currency": "USD", "active": -1}
            for on in (ended, ended - 9 * DAY):  # the last ending counts
                session.add(RevenueMovement(**moved, day=on, kind="churned", amount=-18, reason=""))
    session.flush()
    found = {each.on: (each.began, list(each.kept)) for each in cohorts.cohorts(session, shop, TODAY)}
    assert found == oracle.cohorts(lives, TODAY) and len(found) == 12


def test_churn_is_of_those_who_were_active_when_the_month_began(session: Session, shop: Shop):
    session.add(RevenueCount(shop_id=shop.id, first_day=date(2026, 9, 20), counted_day=TODAY, counted_to=rows.NOW))
    for day, active in ((date(2026, 9, 30), 40), (date(2026, 10, 31), 44), (date(2026, 11, 30), 33), (TODAY, 33)):
        session.add(DailyRevenue(shop_id=shop.id, day=day, currency="USD", mrr=active, active=active))
    for day, kind, number in (
        (date(2026, 10, 3), "churned", 3), (date(2026, 10, 9), "paused", 9), (date(2026, 11, 2), "churned", 8),
        (date(2026, 11, 3), "churned", 3), (date(2026, 10, 4), "new", 7), (date(2026, 10, 5), "left_paused", 2),
    ):  # fmt: skip
        moved = {"shop_id": shop.id, "day": day, "currency": "USD", "kind": kind, "reason": ""}
        session.add(DailyMovement(**moved, number=number, amount=Decimal(-number)))
    session.flush()
    periods = figures.periods(session, shop, "USD", TODAY, "month")
    found = {each.on.month: each.churn for each in periods}
    assert found == {9: None, 10: 100 * 3 / 40, 11: 100 * 11 / 44, 12: 0}
    whole = figures.last_whole(periods, date(2026, 9, 20))
    assert whole and whole.on == date(2026, 11, 1) and whole.most == "churned"
    assert figures.last_whole(periods[:1], date(2026, 9, 20)) is None


def test_each_charge_to_come_is_paid_due_at_risk_or_held(session: Session, shop: Shop):
    number = iter(range(1, 99))

    def charge(days: float, cycle: dict[str, object] | None = None, **contract: object) -> None:
        one = rows.contract(session, shop.id, next(number), **contract)
        rows.cycle(session, one, 1, NOW + days * DAY, **cycle or {})

    rows.card(session, shop.id, 1, date(2026, 12, 9))
    rows.card(session, shop.id, 2, date(2026, 12, 10), revoked_at=None)
    rows.card(session, shop.id, 3, revoked_at=NOW)
    method = "gid://shopify/CustomerPaymentMethod/"
    charge(-2)  # overdue: to the first week
    charge(6.3)
    charge(9, payment_method_gid=f"{method}1")  # ends the day before
    charge(9, payment_method_gid=f"{method}2")  # on its last day
    charge(9, payment_method_gid=f"{method}3")
    charge(30, at_risk_since=NOW)
    charge(30, {"held_reason": "no_stock"}, at_risk_since=NOW)
    charge(30, {"parked_reason": "late"})
    charge(31, billing_stopped_at=NOW)
    charge(31, status="PAUSED")
    charge(31, currency="EUR")
    charge(85)  # beyond
    paid = rows.contract(session, shop.id, next(number))
    rows.cycle(session, paid, 1, NOW, attempted_at=NOW, status="BILLED")
    rows.attempt(session, paid, 1, "settled", NOW - timedelta(hours=1), amount=Decimal(20), currency="USD")
    found = [
        tuple(int(week.sums[name]) for name in ("paid", "due", "at_risk", "held"))
        for week in coming.weeks(session, shop, "USD", NOW)
    ]
    expected = [(0, 0, 0, 0)] * 12
    expected[0], expected[1], expected[4] = (20, 46, 0, 0), (0, 23, 46, 0), (0, 0, 23, 69)
    assert found == expected


def test_recovery_stands_on_the_day_on_which_a_case_ended(session: Session, shop: Shop):
    ends = [  # state, why, instant in UTC; New York is five hours behind
        ("recovered", "paid", datetime.combine(TODAY, time(4, 59), NOW.tzinfo)),  # still November 30 there
        ("recovered", "paid", datetime.combine(TODAY, time(5), NOW.tzinfo)),
        ("exhausted", "cancel", datetime.combine(TODAY, time(13), NOW.tzinfo)),
        ("closed", "moved", datetime.combine(TODAY, time(13), NOW.tzinfo)),
        ("recovered", "paid", datetime.combine(TODAY - 30 * DAY, time(13), NOW.tzinfo)),  # the day before the first
    ]
    for number, (state, why, at) in enumerate(ends, 1):
        contract = rows.contract(session, shop.id, number)
        rows.case(session, contract, 1, at - 3 * DAY, state=state, why_closed=why, closed_at=at)
    days = recovering.days(session, shop, "USD", TODAY)
    assert len(days) == 30 and days[-1].on == TODAY
    told = [(each.on, each.recovered, each.lost, each.well, each.ended) for each in days if each.ended]
    assert told == [(TODAY - DAY, 23, 0, 1, 1), (TODAY, 23, 23, 1, 2)]
