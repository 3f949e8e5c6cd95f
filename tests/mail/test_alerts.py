"""What staff must look at reaches them by mail: one for each alert and day."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from shopify_app.channels.mail import alerts
from shopify_app.channels.mail.models import MailSettings
from shopify_app.channels.mail.staff import written
from shopify_app.channels.mail.staff_words import DIGEST, MESSAGES
from shopify_app.contracts.models import BillingCycle
from shopify_app.shops.language import LANGUAGES
from shopify_app.tasks import book
from shopify_app.tasks.models import Task
from tests.channels.telling import tell
from tests.mail.conftest import Post

STAFF, OPERATOR = "staff@rosebud.shop", "ops@perennial.shop"


def _ask_for_alerts(post: Post, language: str = "en") -> None:
    with post.till.ctx.db.session() as session:
        row = session.get_one(MailSettings, post.till.shop_id)
        row.staff, row.language, row.fallback_since = [STAFF], language, None


def _alert(post: Post) -> list[dict[str, Any]]:
    """Look once more, and return what arrived since the last look."""
    before = len(post.inbox())
    alerts.run(post.till.ctx)
    post.deliver()
    return post.inbox()[before:]


def _charge(post: Post) -> None:
    """The till's contract was due yesterday; nothing is left to explain."""
    with post.till.ctx.db.session() as session:
        session.execute(update(BillingCycle).values(status="BILLED"))


def test_a_dead_key_is_told_to_staff_and_operator_once_a_day(post: Post) -> None:
    _ask_for_alerts(post)
    settings = dataclasses.replace(post.till.ctx.settings, alerts_to=(OPERATOR, STAFF))
    post.till.ctx = dataclasses.replace(post.till.ctx, settings=settings)
    _charge(post)
    post.connect()
    assert _alert(post) == []
    post.revoke()
    tell(post.till)
    post.klaviyo()
    told = _alert(post)
    assert sorted(mail["to"][0] for mail in told) == [OPERATOR, STAFF]
    assert told[0]["subject"] == "Rosebud Coffee: Klaviyo refuses our events"
    assert "since December 1, 2026, 9:00 AM EST" in told[0]["text"].replace("\u202f", " ")
    assert "shoppers are told nothing" in told[0]["text"]
    assert "Open Perennial: https://admin.shopify.com/store/rosebud-coffee/apps/" in told[0]["text"]
    assert told[0]["headers"]["from"].startswith("Perennial <")
    assert _alert(post) == []
    post.till.wait(timedelta(days=1))
    assert len(_alert(post)) == 2


def test_parked_and_unknown_charges_are_told_in_german_and_only_the_new_ones(post: Post) -> None:
    _ask_for_alerts(post, "de")
    _charge(post)
    for number in (1, 2):
        tell(post.till, f"parked-{number}", "charge.parked", data={}, after={"reason": "…"})
    tell(post.till, "failed-1", "charge.failed", data={"class": "soft", "code": "brand_new_code"})
    tell(post.till, "failed-2", "charge.failed", data={"class": "soft", "code": "CARD_DECLINED"})
    first, second = _alert(post)
    assert first["subject"] == "Rosebud Coffee: 2 Zahlungen warten auf Sie"
    number = (post.till.contract().shopify_gid or "").rsplit("/", 1)[1]
    assert f"Abonnements: #{number}." in first["text"]
    assert "BRAND_NEW_CODE" in second["text"] and "CARD_DECLINED" not in second["text"]
    post.till.wait(timedelta(hours=2))
    tell(post.till, "parked-3", "charge.parked", data={}, after={"reason": "…"})
    assert _alert(post) == [], "told tomorrow"
    post.till.wait(timedelta(days=1))
    (next_day,) = _alert(post)
    assert next_day["subject"] == "Rosebud Coffee: eine Zahlung wartet auf Sie"
    post.till.wait(timedelta(days=1))
    assert _alert(post) == []


def test_a_day_that_does_not_add_up_is_told(post: Post) -> None:
    _ask_for_alerts(post)
    (told,) = _alert(post)
    assert told["subject"] == "Rosebud Coffee: the charges of a day do not add up"
    assert "A charge was due" in told["text"]


@pytest.mark.parametrize("kind", [kind for kind in MESSAGES if kind != DIGEST])  # whose words come from its own lines
def test_every_message_to_staff_is_whole_in_both_languages(kind: str) -> None:
    values = {"shop": "Tea & Co", "count": 2, "numbers": "#1", "codes": "X", "since": "today", "fallback": True}
    one = {"name": "Mug", "on": "today", "units": 2, "orders": 1, "subscribers": 2}
    values |= {"items": [one, one]}
    english, german = (written(kind, language, "https://x.example/", **values) for language in LANGUAGES)
    assert english["subject"] != german["subject"] and "Tea & Co" in english["subject"]
    assert "Tea &amp; Co" in english["html"] and "Tea & Co" in german["plain"]
    assert "{" not in english["plain"] + german["plain"]
    of_the_admin = re.compile(r"\b(Abbuchung(en)?|Payments|Settings|Stock|Tasks)\b")
    assert not of_the_admin.search(german["subject"] + german["plain"]), "it says what the German admin says"


def test_new_tasks_are_told_once_and_those_that_are_done_not_at_all(post: Post) -> None:
    _ask_for_alerts(post)
    _charge(post)
    ctx, shop_id, gid = post.till.ctx, post.till.shop_id, post.till.contract().shopify_gid
    post.till.wait(timedelta(hours=1))
    with ctx.db.session() as session:
        for key in ("a", "b"):
            book.begin(session, shop_id, book.Matter(key, "order_packing", "Packed", "Look", gid), post.till.now)
        done = session.scalars(select(Task.id).where(Task.key == "b")).one()
        assert book.done(session, shop_id, done, "merchant:42", post.till.now)
    (mail,) = _alert(post)
    assert mail["subject"] == "Rosebud Coffee: a task needs a person" and "under Tasks" in mail["text"]
    assert f"Subscriptions: #{gid.rsplit('/', 1)[1]}." in mail["text"]
    post.till.wait(timedelta(days=1))
    assert _alert(post) == []
