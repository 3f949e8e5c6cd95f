"""The mails of real flows: none shows a hole, and a German shopper reads German."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx

from sandbox.seeds import tiny
from tests.support.app import KLAVIYO_ACCOUNT, Story


def _mails(story: Story) -> list[dict]:
    story.stored_events()
    answer = httpx.get(f"{story.sandbox.url}/klaviyo/_control/mails/{KLAVIYO_ACCOUNT}", timeout=10)
    return answer.raise_for_status().json()


def test_each_event_of_a_month_makes_a_mail_without_a_hole(story: Story) -> None:
    bought = datetime(2026, 11, 4, 15, tzinfo=UTC)
    made = tiny.grow(story.world, at=datetime(2026, 11, 30, 14, tzinfo=UTC), created_at=bought)
    customers = story.world.of("customers", tiny.SHOP)
    customers.put({**customers[made.contracts[0]["customer_id"]], "locale": "de"})
    story.install(klaviyo=True)
    tiny.add_contract(story.world, tiny.SHOP, silent=False)
    story.advance(datetime(2026, 12, 4, 16, tzinfo=UTC), step=timedelta(hours=13))
    mails = _mails(story)
    assert [mail["reason"] for mail in mails if mail["kind"] != "mail"] == []
    assert {mail["metric"] for mail in mails} == {
        "Started Subscription",
        "Upcoming Subscription Order",
        "Processed Subscription Order",
    }
    upcoming = next(mail for mail in mails if mail["metric"] == "Upcoming Subscription Order")
    assert upcoming["subject"] == "Ihre nächste Bestellung: 4. Dezember 2026"
    assert sum("/links/" in link["href"] for link in upcoming["links"]) == 3, "skip, one week, two weeks"
