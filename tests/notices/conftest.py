"""A till, with nothing charged yet, and the verbs of telling."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from shopify_app.contracts import cycles
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.notices.drain import drain
from shopify_app.notices.models import Notice, NoticeSettings
from shopify_app.notices.settings import plan_again
from shopify_app.shops.models import Shop
from tests.billing.conftest import sandbox_server
from tests.billing.till import Till, opened
from tests.support.stories import story

__all__ = ["sandbox_server", "story"]

DAY = timedelta(days=1)


@pytest.fixture
def till(sandbox_server, postgres_url: str) -> Iterator[Till]:
    with opened(sandbox_server, postgres_url) as till:
        till.mirror()
        yield till


def notices(till: Till) -> list[Notice]:
    with till.ctx.db.session() as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def following(till: Till) -> BillingCycle:
    """The next cycle to be charged."""
    return min((c for c in till.cycles() if c.due_at and c.due_at > till.now), key=lambda c: c.expected_at)


def reschedule(till: Till, cycle: BillingCycle, to: datetime) -> None:
    with till.ctx.db.session() as session:
        session.get_one(BillingCycle, cycle.id).expected_at = to
        contract = session.get_one(Contract, cycle.contract_id)
        cycles.refresh(session, session.get_one(Shop, till.shop_id), contract, till.now)


def leads(till: Till, *days: int) -> None:
    with till.ctx.db.session() as session:
        session.merge(NoticeSettings(shop_id=till.shop_id, lead_days=list(days)))
        plan_again(session, till.shop_id)


def tell(till: Till) -> None:
    """Drain until nothing is left that is due by now."""
    for _ in range(10):
        if not drain(till.ctx):
            return
    raise AssertionError("the drain never comes to rest")
