"""Monthly revenue: normalised by definition, and every change of it a movement, so that the books always add up."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract, ContractImport
from shopify_app.insights import revenue, revenue_days
from shopify_app.insights.monthly import monthly
from shopify_app.insights.revenue_models import DailyMovement, DailyRevenue, RevenueMovement
from shopify_app.kit.db import Database
from shopify_app.shops.models import Shop
from tests.oracles import revenue as oracle
from tests.web import rows

NOW = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)
TODAY = date(2026, 12, 1)
DAY = timedelta(days=1)
STATUSES = ("ACTIVE", "ACTIVE", "ACTIVE", "PAUSED", "CANCELLED", "EXPIRED", "FAILED")


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


def _policy(interval: str, count: int) -> dict[str, object]:
    return {"interval": interval, "intervalCount": count, "anchors": []}


def _write(session: Session, contract: Contract, at: datetime, **columns: object) -> None:
    for name, value in columns.items():
        setattr(contract, name, value)
    contract.shopify_updated_at = at
    session.flush()


def _movements(session: Session) -> list[tuple[str, Decimal, str]]:
    query = select(RevenueMovement).order_by(RevenueMovement.id)
    return [(each.kind, each.amount, each.reason) for each in session.scalars(query)]


def test_every_rhythm_is_brought_to_a_month_as_defined(session: Session, shop: Shop):
    chance = random.Random(7)
    wanted = {}
    for number in range(40):
        interval, count = chance.choice(["DAY", "WEEK", "MONTH", "YEAR"]), chance.randint(1, 12)
        contract = rows.contract(session, shop.id, number, billing_policy=_policy(interval, count))
        prices = [Decimal(chance.randint(0, 99_999)) / 100 for _ in range(chance.randint(1, 3))]
        contract.lines = [
            rows.line(shop.id, 1000 + number * 10 + place, position=place, quantity=3, discounted_price=price)
            for place, price in enumerate(prices)
        ]
        session.flush()
        wanted[contract.id] = oracle.monthly(prices, interval, count)
    found = dict(session.execute(select(Contract.id, monthly())).all())
    assert found == wanted


def test_a_prepaid_year_counts_a_twelfth_and_delivery_counts_nothing(session: Session, shop: Shop):
    rows.contract(session, shop.id, 1, billing_policy=_policy("YEAR", 1), delivery_price=Decimal(99))
    revenue.count(session, shop, NOW)
    assert _movements(session) == [("opening", Decimal("1.5"), "")]


def test_a_life_is_told_as_movements_on_the_days_on_which_they_happened(session: Session, shop: Shop):
    revenue.count(session, shop, NOW)
    contract = rows.contract(session, shop.id, 1, shopify_updated_at=NOW)
    steps: list[tuple[dict[str, object], str]] = [
        ({}, "new"),
        ({"billing_policy": _policy("MONTH", 2)}, "contraction"),
        ({"billing_policy": _policy("MONTH", 1)}, "expansion"),
        ({"status": "PAUSED"}, "paused"),
        ({"status": "ACTIVE"}, "resumed"),
        ({"status": "CANCELLED"}, "churned"),
        ({"status": "ACTIVE"}, "reactivated"),
        ({"status": "PAUSED"}, "paused"),
        ({"status": "CANCELLED"}, "left_paused"),
    ]
    for number, (change, _) in enumerate(steps):
        _write(session, contract, NOW + number * DAY, **change)
        revenue.count(session, shop, NOW + number * DAY)
    found = session.execute(select(RevenueMovement.kind, RevenueMovement.day).order_by(RevenueMovement.id)).all()
    assert [tuple(each) for each in found] == [(kind, TODAY + n * DAY) for n, (_, kind) in enumerate(steps)]
    last = session.scalars(select(DailyRevenue).order_by(DailyRevenue.day.desc())).first()
    assert last and (last.mrr, last.active) == (0, 0)


def test_why_somebody_left_is_told(session: Session, shop: Shop):
    lives = [rows.contract(session, shop.id, number) for number in range(1, 6)]
    revenue.count(session, shop, NOW)
    for life, status in zip(lives, ["CANCELLED", "CANCELLED", "CANCELLED", "FAILED", "EXPIRED"], strict=True):
        _write(session, life, NOW + DAY, status=status)
    rows.fact(session, lives[0], "subscription.cancelled", NOW, data={"reason": "too_much"})
    rows.fact(session, lives[1], "subscription.cancelled", NOW, actor="perennial")
    revenue.count(session, shop, NOW + DAY)
    told = [reason for kind, _, reason in _movements(session) if kind == "churned"]
    assert told == ["too_much", "payment", "not_said", "payment", "term"]


def test_counting_twice_and_making_days_anew_change_nothing(session: Session, shop: Shop):
    contract = rows.contract(session, shop.id, 1)
    revenue.count(session, shop, NOW)
    _write(session, contract, NOW + DAY, status="PAUSED")
    assert revenue.count(session, shop, NOW + DAY) == 1
    before = _books(session)
    assert revenue.count(session, shop, NOW + DAY) == 0
    revenue_days.write(session, shop.id, TODAY, TODAY + DAY)
    assert _books(session) == before and len(before) == 4


def test_nothing_is_counted_before_the_import_is_done(session: Session, shop: Shop):
    rows.contract(session, shop.id, 1)
    session.get_one(ContractImport, shop.id).finished_at = None
    assert revenue.count(session, shop, NOW) == 0
    assert not _books(session)


def test_a_change_seen_after_midnight_belongs_to_the_day_before(session: Session, shop: Shop):
    contract = rows.contract(session, shop.id, 1)
    revenue.count(session, shop, NOW)
    _write(session, contract, NOW + timedelta(hours=8), status="PAUSED")  # 23:00 in New York
    revenue.count(session, shop, NOW + timedelta(hours=10))
    assert session.scalars(select(DailyMovement.day).where(DailyMovement.kind == "paused")).all() == [TODAY]
    assert session.scalars(select(DailyRevenue.active).order_by(DailyRevenue.day)).all() == [0, 0]


@pytest.mark.parametrize("seed", range(4))
def test_the_end_is_the_start_and_its_movements_whatever_lives_were_led(session: Session, shop: Shop, seed: int):
    chance, lives = random.Random(seed), []
    for day in range(8):
        now = NOW + day * DAY
        for _ in range(6):
            currency = chance.choice(["USD", "EUR"])
            lives.append(rows.contract(session, shop.id, len(lives) + 1, currency=currency, shopify_updated_at=now))
        for life in chance.sample(lives, 4):
            policy = _policy(chance.choice(["WEEK", "MONTH", "DAY"]), chance.randint(1, 9))
            _write(session, life, now, status=chance.choice(STATUSES), billing_policy=policy)
        revenue.count(session, shop, now)
        _adds_up(session, shop, now.date())


def _adds_up(session: Session, shop: Shop, on: date) -> None:
    """Revenue of the day, the contracts themselves, and all movements so far say the same, to the last digit."""
    is_active = (Contract.shop_id == shop.id, Contract.status == "ACTIVE")
    truth = select(Contract.currency, func.sum(monthly()), func.count()).where(*is_active).group_by(Contract.currency)
    kept = select(DailyRevenue.currency, DailyRevenue.mrr, DailyRevenue.active).where(
        DailyRevenue.day == on, DailyRevenue.active > 0
    )
    wanted = {tuple(row) for row in session.execute(truth)}
    assert {tuple(row) for row in session.execute(kept)} == wanted
    for currency, mrr, _ in wanted:
        moved = select(func.sum(DailyMovement.amount)).where(DailyMovement.currency == currency)
        assert session.scalar(moved) == mrr


def _books(session: Session) -> list[tuple[object, ...]]:
    days = select(DailyRevenue.day, DailyRevenue.currency, DailyRevenue.mrr, DailyRevenue.active)
    moved = select(DailyMovement.day, DailyMovement.kind, DailyMovement.number, DailyMovement.amount)
    return [
        tuple(row)
        for query in (days.order_by(text("1")), moved.order_by(text("1, 2")))
        for row in session.execute(query)
    ]
