"""A shop without Klaviyo, by date: its shopper is told by mail and acts from it; Klaviyo hears of it as history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sandbox.seeds import tiny
from shopify_app.channels.klaviyo import connect
from tests.support.app import KLAVIYO_KEY, Story, telling
from tests.support.links import press


@pytest.fixture
def story(postgres_url: str, redis_url: str) -> Iterator[Story]:
    with telling(postgres_url, redis_url, mail=True) as told:
        yield told


def _inbox(story: Story) -> list[dict]:
    return httpx.get(f"{story.sandbox.url}/mail/_control/mails", timeout=10).raise_for_status().json()


def _save_mail(story: Story) -> None:
    """The merchant fills in the form, in the admin's frame."""
    token = story.control("GET", f"/shops/{story.shop_domain}/launch")["id_token"]
    form = {
        "staff": "",
        "mail_language": "en",
        "fallback": "on",
        "sender_name": "Rosebud",
        "reply_to": "hi@rosebud.shop",
    }
    headers = {"Authorization": f"Bearer {token}", "HX-Request": "true"}
    answer = httpx.post(f"{story.url}/settings/mail", data=form, headers=headers, timeout=15)
    assert "Mail settings saved" in answer.text


def test_a_shopper_is_told_by_mail_and_acts_from_it_and_klaviyo_gets_history(story: Story) -> None:
    bought = datetime(2026, 11, 4, 15, tzinfo=UTC)
    made = tiny.grow(story.world, at=datetime(2026, 11, 26, 14, tzinfo=UTC), created_at=bought)
    story.install()
    _save_mail(story)
    story.advance(datetime(2026, 11, 27, 14, 1, tzinfo=UTC), step=timedelta(days=2))
    (mail,) = _inbox(story)
    assert mail["subject"] == "Your next order: December 4, 2026"
    assert "Mail taken by the mail server" in story.open(f"/contracts/{made.contracts[0]['id']}").text
    connect.connect(story.ctx, story.shop.id, KLAVIYO_KEY)
    story.settle()
    (event,) = story.stored_events()
    assert (event["properties"]["FallbackSent"], event["flow_triggered"]) == (True, False)
    assert story.mails() == [], "no flow tells it a second time"
    skip = next(link for link in mail["links"] if "/links/" in link)
    assert "skipped" in press(httpx.get(skip, timeout=15)).text
    assert len(_inbox(story)) == 1
