"""A merchant charges a failed date now, skips the next one and releases a late one, in the admin's frame."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from sandbox.seeds import tiny
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.kit.gid import number_of
from tests.browser.stage import Stage
from tests.support.app import Story, telling

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOUGHT = datetime(2026, 11, 4, 15, tzinfo=UTC)
DUE = datetime(2026, 12, 4, 14, 30, tzinfo=UTC)


@pytest.fixture
def story(postgres_url: str, redis_url: str) -> Iterator[Story]:
    """One monthly subscription whose charge of 4 December has failed."""
    with telling(postgres_url, redis_url) as told:
        tiny.grow(told.world, at=DUE - timedelta(hours=12), created_at=BOUGHT)
        told.world.faults.set({"outcomes": {"*": "INSUFFICIENT_FUNDS"}})
        told.install()
        told.advance(DUE, step=timedelta(hours=12))
        told.world.faults.set({"outcomes": {"*": "settle"}})
        yield told


def test_charge_now_skip_and_release(story: Story, page: Page) -> None:
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    stage = Stage(page, story.sandbox.url, story.ctx)
    with story.ctx.db.session() as session:
        number = number_of(session.scalars(select(Contract.shopify_gid)).one())
    frame = stage.open(f"/contracts/{number}")

    frame.get_by_role("link", name="Skip: Mon, Jan 4").click()
    frame.get_by_role("heading", name="Skip Mon, Jan 4, 2027?").wait_for()
    assert not stage.serious_issues()
    frame.get_by_role("button", name="Skip", exact=True).click()
    stage.page.get_by_text("Skipped", exact=True).wait_for()  # the toast, in the admin
    frame.get_by_role("link", name="Bring back: Mon, Jan 4").wait_for()
    frame.get_by_text("Skipped by you or your staff: Mon, Jan 4, 2027.").wait_for()

    frame.get_by_role("link", name="Charge now: Fri, Dec 4").click()
    frame.get_by_text("at once, before taxes.").wait_for()
    frame.get_by_role("button", name="Charge now", exact=True).dblclick()
    frame.get_by_text("With the bank", exact=True).wait_for()
    story.settle()
    stage.open(f"/contracts/{number}")
    frame.get_by_text("Charged", exact=True).wait_for()
    assert len(story.world.ledger.payments()) == 1

    with story.ctx.db.session() as session:
        february = datetime(2027, 2, 1, tzinfo=UTC)
        late = select(BillingCycle.id).where(BillingCycle.expected_at > february).order_by(BillingCycle.expected_at)
        chosen = BillingCycle.id == session.scalars(late.limit(1)).one()
        session.execute(update(BillingCycle).where(chosen).values(parked_reason="Too late, a person decides."))
    stage.open(f"/contracts/{number}")
    frame.get_by_role("link", name="Release: Thu, Feb 4").click()
    frame.get_by_text("It waits for you: Too late, a person decides.").wait_for()
    frame.get_by_role("button", name="Release", exact=True).click()
    stage.page.get_by_text("Released", exact=True).wait_for()
    frame.get_by_role("link", name="Release: Thu, Feb 4").wait_for(state="detached")
    assert not stage.serious_issues()
    assert stage.bounces == 0
