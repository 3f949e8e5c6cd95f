"""What will not come true of a need: rates by product and rhythm, and that they bring it nearer to what comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Variant
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.models import Fact
from shopify_app.kit.db import Database
from shopify_app.stock import outlook, rates, rates_kept
from shopify_app.stock.models import Demand
from shopify_app.stock.rates import Counted, Rates
from tests.web import rows

NOW, DAY = datetime(2026, 12, 1, 14, tzinfo=UTC), timedelta(days=1)
SHAPES = ((1, "WEEK", 7, 0.25, 0.004), (1, "MONTH", 30, 0.08, 0.001), (2, "WEEK", 14, 0.15, 0.003))
"""Product, unit, days between orders, share skipped, share cancelled a day."""
EACH = 45


@pytest.fixture
def session(postgres_url: str) -> Iterator[Session]:
    database = Database(postgres_url)
    with database.session() as session:
        yield session
    database.close()


def test_a_group_leans_on_the_shop_until_it_has_thirty_observations() -> None:
    assert rates.shrunk(0.5, 0, 0.1) == pytest.approx(0.1)
    assert rates.shrunk(0.5, 15, 0.1) == pytest.approx(0.3)
    assert rates.shrunk(0.5, 30, 0.1) == rates.shrunk(0.5, 400, 0.1) == pytest.approx(0.5)
    known = Rates(
        {("p", "WEEK:1"): Counted(orders=300, skipped=60, contracts=10, cancelled=2, days=500)},
        Counted(orders=1000, skipped=100, contracts=100, cancelled=9, days=9000),
    )
    own, other = known.of("p", "WEEK:1"), known.of("q", "WEEK:1")
    assert (own.skip, own.orders, own.contracts) == (pytest.approx(0.2), 300, 10)
    assert own.churn == pytest.approx((10 * 2 / 500 + 20 * 9 / 9000) / 30)
    assert (other.skip, other.churn, other.orders) == (pytest.approx(0.1), pytest.approx(0.001), 0)
    assert other.share(0) == pytest.approx(0.9) and other.share(30) == pytest.approx(0.9 * 0.999**30)
    assert Rates().of(None, "MONTH:1").share(90) == 1, "a shop that knows nothing corrects nothing"


def test_the_corrected_need_is_nearer_to_what_comes_than_the_raw_one(session: Session) -> None:
    chance = Random(20261201)
    shop = rows.shop(session)
    for product in (1, 2):
        session.add(
            Variant(
                shop_id=shop.id, shopify_gid=f"gid://shopify/ProductVariant/{product}", title="Whole bean",
                product_gid=f"gid://shopify/Product/{product}", price=Decimal(9), tracked=True,
                inventory_item_gid=f"gid://shopify/InventoryItem/{product}", inventory_policy="DENY",
            )
        )  # fmt: skip
    comes: Counter[int] = Counter()
    for number in range(len(SHAPES) * EACH):
        product, unit, every, skip, churn = SHAPES[number % len(SHAPES)]
        contract = _contract(session, shop.id, number + 1, product, unit, every)
        if _lives(session, contract, every, skip, churn, chance):
            comes[product] += _will_come(session, contract, product, every, skip, churn, chance)
    session.flush()
    known = rates.of_shop(session, shop.id, NOW)
    weekly = known.of("gid://shopify/Product/1", "WEEK:1")
    assert weekly.skip == pytest.approx(0.25, abs=0.08) and weekly.orders > 300 and weekly.contracts >= 40
    needs = outlook.needs(session, shop, [f"gid://shopify/InventoryItem/{each}" for each in (1, 2)], NOW)
    for product in (1, 2):
        need = needs[f"gid://shopify/InventoryItem/{product}"]
        raw, adjusted = need.within(90), need.adjusted_within(90)
        assert abs(adjusted - comes[product]) < abs(raw - comes[product]) / 2, (raw, adjusted, comes[product])
    session.execute(update(BillingCycle).values(skipped=True))
    assert rates_kept.of_shop(session, shop.id, NOW + DAY) == known, "counted once a day"
    assert rates_kept.of_shop(session, shop.id, NOW + 2 * DAY).whole.skip == 1
    assert rates_kept.of_shop(session, shop.id, NOW + 3 * DAY).whole.skip == 1


def _contract(session: Session, shop_id: int, number: int, product: int, unit: str, every: int) -> Contract:
    policy = {"interval": unit, "intervalCount": every // 7 if unit == "WEEK" else 1}
    found = rows.contract(session, shop_id, number, billing_policy=policy, delivery_policy=policy)
    found.lines[0].product_gid = f"gid://shopify/Product/{product}"
    found.lines[0].variant_gid = f"gid://shopify/ProductVariant/{product}"
    return found


def _lives(session: Session, of: Contract, every: int, skip: float, churn: float, chance: Random) -> bool:
    """The 90 days before, day by day; answers whether it is alive in the end."""
    start = chance.randrange(every)
    for ago in range(90, 0, -1):
        at = NOW - ago * DAY
        if chance.random() < churn:
            of.status, of.shopify_updated_at = "CANCELLED", at
            kind = "subscription.cancelled"
            session.add(
                Fact(
                    shop_id=of.shop_id, key=f"{kind}:{of.id}", kind=kind, contract_gid=of.shopify_gid,
                    occurred_at=at, data={},
                )
            )  # fmt: skip
            return False
        if (90 - ago) % every == start:
            skipped = chance.random() < skip
            session.add(
                BillingCycle(
                    shop_id=of.shop_id, contract_id=of.id, cycle_index=91 - ago,
                    start_at=at, end_at=at, expected_at=at,
                    status="UNBILLED" if skipped else "BILLED", skipped=skipped, edited=False, read_at=NOW,
                )
            )  # fmt: skip
    return True


def _will_come(
    session: Session, of: Contract, product: int, every: int, skip: float, churn: float, chance: Random
) -> int:
    """The 90 days to come: what is needed is written down, and what is really charged counted."""
    came, is_alive = 0, True
    for ahead in range(90):
        is_alive = is_alive and chance.random() >= churn
        if ahead % every:
            continue
        session.add(
            Demand(
                shop_id=of.shop_id, contract_id=of.id, cycle_index=100 + ahead, units=1,
                variant_gid=f"gid://shopify/ProductVariant/{product}", charge_at=NOW + ahead * DAY,
            )
        )  # fmt: skip
        came += is_alive and chance.random() >= skip
    return came
