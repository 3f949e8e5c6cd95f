"""Events tell until when an order can be changed as the shop's rules have it, and offer nothing after that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sandbox.seeds import tiny
from shopify_app.edits.rules import store
from shopify_app.edits.rules.models import WHOLE_SHOP
from shopify_app.edits.rules.terms import Rules
from tests.channels.test_render import DUE, Desk, change, database, desk, side, upcoming
from tests.support.app import Story
from tests.support.stories import story
from tests.web import rows
from tests.web.rows import NOW

__all__ = ["database", "desk", "story"]

DAY = timedelta(days=1)
AHEAD = (DUE - NOW) // timedelta(hours=1)
"""Hours from now until the charge."""


def _rule(desk: Desk, **rules: object) -> None:
    store.change(desk.session, desk.shop.id, WHOLE_SHOP, Rules(**rules), "merchant:42", NOW)


def test_a_mail_says_the_shops_cutoff_and_its_link_ends_there(story: Story) -> None:
    bought = datetime(2026, 11, 4, 15, tzinfo=UTC)
    tiny.grow(story.world, at=datetime(2026, 11, 30, 14, tzinfo=UTC), created_at=bought)
    story.install(klaviyo=True)
    with story.ctx.db.session() as session:
        store.change(session, story.shop.id, WHOLE_SHOP, Rules(cutoff_hours=48), "merchant:42", story.now)
    story.advance(datetime(2026, 12, 1, 15, tzinfo=UTC), step=timedelta(hours=13))
    *_, told = [
        each["properties"] for each in story.stored_events() if each["metric"] == "Upcoming Subscription Order"
    ]
    assert told["ChargeDateISO"] == "2026-12-04T14:00:00+00:00"
    assert told["EditableUntilISO"] == "2026-12-02T14:00:00+00:00"
    assert told["EditableUntil"] == "December 2, 2026, 9:00\u202fAM EST"
    assert "Skip" in httpx.get(told["SkipUrl"]).text
    story.advance(datetime(2026, 12, 2, 14, tzinfo=UTC), step=timedelta(hours=13))
    assert "48 hours" in httpx.get(told["SkipUrl"]).text


@pytest.mark.parametrize(("hours", "is_open"), [(AHEAD - 1, True), (AHEAD, False)])
def test_what_the_rules_no_longer_let_be_changed_is_not_offered(desk: Desk, hours: int, is_open: bool) -> None:
    _rule(desk, cutoff_hours=hours)
    rows.cycle(desk.session, desk.contract, 4, DUE)
    before = {"expected_at": (DUE - DAY).isoformat()}
    for said in (
        desk.says("order.upcoming", cycle=4, data=upcoming()),
        desk.says("order.unskipped", cycle=4, actor="link", data={}),
        desk.says("order.moved", cycle=4, actor="link", key="m", data={}, before=before, after={}),
        change(desk, side(), side(None, skipped=True) if hours % 2 else side(amount="24.00"), "skipped"),
    ):
        urls = {name for name in said if name.endswith("Url")} - {"ManageUrl"}
        assert bool(urls) == ("EditableUntil" in said) == is_open, said


def test_a_skipped_order_is_brought_back_until_the_cutoff(desk: Desk) -> None:
    rows.cycle(desk.session, desk.contract, 4, None, expected_at=DUE, skipped=True)
    _rule(desk, cutoff_hours=AHEAD - 1)
    assert "UnskipUrl" in desk.says("order.skipped", cycle=4, actor="link", data={})
    _rule(desk, cutoff_hours=AHEAD)
    assert "UnskipUrl" not in desk.says("order.skipped", cycle=4, actor="link", data={}, key="2")


def test_mails_do_not_offer_what_the_shop_has_closed_to_them(desk: Desk) -> None:
    _rule(desk, closed_in_mails=frozenset({"move"}))
    rows.cycle(desk.session, desk.contract, 4, DUE)
    said = desk.says("order.upcoming", cycle=4, data=upcoming())
    assert said["EditableUntilISO"] == DUE.isoformat()
    assert "SkipUrl" in said and not {"DelayOneWeekUrl", "DelayTwoWeeksUrl"} & set(said)
