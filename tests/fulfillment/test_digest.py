"""Once a day, after the cutoff hour, to staff and Slack: what changed and nobody has acknowledged."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from sandbox.slack.blueprint import put_faults
from shopify_app.channels.digest import run, slack
from shopify_app.channels.mail.models import Mail, MailSettings
from shopify_app.fulfillment import acknowledge
from shopify_app.fulfillment import settings as fulfillment
from shopify_app.fulfillment.models import Digest, FulfillmentSettings
from shopify_app.gateways.http import client as http
from shopify_app.gateways.http.errors import Blocked, Unreachable
from shopify_app.gateways.mail.client import Mailer
from shopify_app.kit import crashpoints
from shopify_app.kit.clock import FixedClock, machine_now
from shopify_app.kit.smtp import smtp_server
from shopify_app.shops.models import Shop
from tests.billing.conftest import sandbox_server
from tests.fulfillment.conftest import NOW, Desk

__all__ = ["sandbox_server"]

DAY = timedelta(days=1)
EVENING = NOW + timedelta(hours=8)
"""17:00 in New York, the cutoff hour."""


class Evening(Desk):
    """A desk whose staff is told by mail and by Slack."""

    def __init__(self, desk: Desk, server: Any) -> None:
        server.reset()
        mailer = Mailer(smtp_server("smtp://127.0.0.1:1"), "notices@perennial.example")
        super().__init__(dataclasses.replace(desk.ctx, mail=mailer), desk.shop_id, desk.contract)
        self.world = server.world
        self.choose(slack_url=f"{server.url}/slack/services/T0/B0/secret")

    def choose(self, *, slack_url: str | None, by_mail: bool = True, tells_nothing: bool = False) -> None:
        sealed = self.ctx.vault.seal(slack_url) if slack_url else None
        with self.ctx.db.session() as session:
            session.merge(MailSettings(shop_id=self.shop_id, staff=["jo@example.com", "meg@example.com"]))
            wanted = fulfillment.Wanted(17, by_mail, tells_nothing, sealed)
            fulfillment.change(session, self.shop_id, wanted, "merchant:42", NOW)

    def at(self, moment: datetime, *, is_fed: bool = True) -> int:
        """The duty runs at this business instant; `is_fed`: the feed has taken what was told."""
        if is_fed:
            self.take()
        return run.run(dataclasses.replace(self.ctx, clock=FixedClock(moment)))

    def messages(self) -> list[str]:
        with self.world.locked():
            return [row["text"] for row in self.world.store.collection("slack_messages")]

    def fail(self, *faults: dict[str, Any]) -> None:
        with self.world.locked():
            put_faults(self.world, list(faults))

    def send(self, *, skips_waits: bool = False) -> int:
        if skips_waits:
            past = machine_now() - timedelta(minutes=5)
            with self.ctx.db.session() as session:
                session.execute(update(Digest).values(next_try_at=past))
                session.execute(update(Digest).where(Digest.lease_until.is_not(None)).values(lease_until=past))
        return slack.drain(self.ctx)

    def digests(self, channel: str = "slack") -> list[Digest]:
        with self.ctx.db.session() as session:
            return list(session.scalars(select(Digest).where(Digest.channel == channel).order_by(Digest.id)))

    def mails(self) -> list[Mail]:
        with self.ctx.db.session() as session:
            return list(session.scalars(select(Mail).order_by(Mail.id)))

    def problem(self) -> str | None:
        with self.ctx.db.session() as session:
            return session.get_one(FulfillmentSettings, self.shop_id).slack_problem


@pytest.fixture
def evening(desk: Desk, sandbox_server: Any) -> Iterator[Evening]:
    yield Evening(desk, sandbox_server)


def test_after_the_cutoff_each_is_told_once_what_changed(evening: Evening) -> None:
    items = ({"items": [{"title": "Mug <L>", "quantity": one}]} for one in (1, 2))
    evening.tell("subscription.quantity_changed", **dict(zip(("before", "after"), items, strict=True)))
    assert evening.at(EVENING - timedelta(minutes=1)) == 0
    assert (evening.at(EVENING), evening.at(EVENING + timedelta(hours=3))) == (2, 0)
    assert (evening.send(), evening.send()) == (1, 0)
    (said,) = evening.messages()
    assert "• Sat, Dec 5, 2026: #9, Items: 1 × Mug &lt;L&gt; → 2 × Mug &lt;L&gt; (the shopper)" in said
    first, second = evening.mails()
    assert {first.recipient, second.recipient} == {"jo@example.com", "meg@example.com"}
    assert first.subject == "rosebud-coffee.myshopify.com: 1 changed shipment"
    assert "#9: Items: 1 × Mug <L> → 2 × Mug <L>" in first.plain and "/changes" in first.plain
    assert [one.day for one in evening.digests()] == [date(2026, 12, 1)]


def test_nothing_new_is_no_message_unless_it_is_asked_for_and_nothing_is_told_twice(evening: Evening) -> None:
    evening.tell("order.skipped", cycle_index=3)
    evening.at(EVENING)
    evening.send()
    assert evening.at(EVENING + DAY) == 2 and evening.send() == 0
    assert [one.state for one in evening.digests()] == ["sent", "nothing"] and len(evening.mails()) == 2
    with evening.ctx.db.session() as session:
        session.execute(update(FulfillmentSettings).values(tells_nothing=True))
    evening.at(EVENING + 2 * DAY)
    evening.send()
    assert "nothing changed" in evening.messages()[-1] and len(evening.mails()) == 4
    with evening.ctx.db.session() as session:
        session.execute(update(Shop).values(staff_language="de"))
    evening.at(EVENING + 3 * DAY)
    evening.send()
    assert "keine Änderungen" in evening.messages()[-1] and "keine Änderungen" in evening.mails()[-1].subject


def test_what_was_told_and_is_undone_in_the_same_session_is_told_as_undone(evening: Evening) -> None:
    skipped, unskipped = EVENING - timedelta(minutes=5), EVENING + timedelta(minutes=5)
    evening.tell("order.skipped", skipped, cycle_index=3)
    evening.at(EVENING)
    evening.tell("order.unskipped", unskipped, cycle_index=3)
    evening.at(EVENING + DAY)
    for _ in range(2):
        evening.send()
    first, second = evening.messages()
    assert "Skipped" in first and "Changed and changed back" in second
    evening.at(EVENING + 2 * DAY)
    assert evening.digests()[-1].state == "nothing"


def test_what_somebody_has_acknowledged_or_took_back_is_not_told(evening: Evening) -> None:
    evening.tell("order.skipped", cycle_index=3)
    evening.tell("subscription.address_changed", NOW + timedelta(hours=1), before={}, after={})
    evening.take()
    skipped = evening.changes()[0]
    with evening.ctx.db.session() as session:
        acknowledge.acknowledge(session, evening.shop_id, {skipped.id: 1}, "merchant:42", NOW)
    evening.at(EVENING)
    evening.send()
    assert "Address changed" in evening.messages()[0] and "Skipped" not in evening.messages()[0]


def test_an_evening_nobody_was_there_is_told_the_next_morning(evening: Evening) -> None:
    evening.tell("order.skipped", cycle_index=3)
    morning = EVENING + timedelta(hours=15)
    assert (evening.at(morning), evening.at(morning)) == (2, 0)
    assert [one.day for one in evening.digests()] == [date(2026, 12, 1)]
    evening.tell("order.unskipped", EVENING + timedelta(hours=20), cycle_index=3)
    assert evening.at(EVENING + DAY) == 2


def test_a_message_waits_for_the_feed_and_not_for_long(evening: Evening) -> None:
    evening.tell("order.skipped", cycle_index=3)
    assert evening.at(EVENING + timedelta(minutes=29), is_fed=False) == 0 and evening.digests() == []
    assert evening.at(EVENING + timedelta(minutes=29)) == 2 and evening.digests()[0].number == 1
    evening.tell("order.unskipped", EVENING + timedelta(hours=1), cycle_index=3)
    assert evening.at(EVENING + DAY, is_fed=False) == 0
    assert evening.at(EVENING + DAY + timedelta(minutes=30), is_fed=False) == 2
    assert evening.at(EVENING + 2 * DAY) == 2
    assert [one.number for one in evening.digests()] == [1, 0, 1]


def test_with_nobody_to_tell_a_mail_is_not_called_sent_and_is_told_with_the_next(evening: Evening) -> None:
    evening.tell("order.skipped", cycle_index=3)
    with evening.ctx.db.session() as session:
        session.execute(update(MailSettings).values(staff=[]))
    evening.at(EVENING)
    with evening.ctx.db.session() as session:
        session.execute(update(MailSettings).values(staff=["jo@example.com"]))
    evening.at(EVENING + DAY)
    assert [(one.state, one.number) for one in evening.digests("mail")] == [("nobody", 1), ("sent", 1)]
    assert len(evening.mails()) == 1


def test_slack_is_asked_again_when_busy_and_no_more_when_it_refuses(evening: Evening) -> None:
    evening.tell("order.skipped", cycle_index=3)
    evening.at(EVENING)
    evening.fail({"status": 429, "retry_after": 90, "times": 1}, {"status": 500, "times": 1})
    evening.send()
    (row,) = evening.digests()
    assert row.state == "pending" and row.next_try_at - machine_now() > timedelta(seconds=80)
    evening.send(skips_waits=True)
    assert evening.send() == 0 and evening.digests()[0].tries == 2
    evening.fail({"error": "no_service"})
    evening.send(skips_waits=True)
    assert evening.digests()[0].state == "parked" and "no longer knows" in (evening.problem() or "")
    evening.fail()
    with evening.ctx.db.session() as session:
        assert slack.again(session, evening.shop_id, row.id) and not slack.again(session, 0, row.id)
    evening.send()
    assert len(evening.messages()) == 1 and evening.problem() is None


def test_a_lost_answer_or_a_sender_that_dies_is_not_a_second_message(evening: Evening) -> None:
    evening.tell("order.skipped", cycle_index=3)
    evening.at(EVENING)
    with crashpoints.armed("slack.after_claim_before_call"), pytest.raises(crashpoints.Killed):
        evening.send()
    assert evening.messages() == []
    evening.fail({"drop": True, "times": 1})
    evening.send(skips_waits=True)
    assert evening.digests()[0].state == "unknown" and len(evening.messages()) == 1
    evening.tell("order.unskipped", EVENING, cycle_index=3)
    evening.tell("order.skipped", EVENING + timedelta(hours=1), cycle_index=3)
    evening.at(EVENING + DAY)
    with crashpoints.armed("slack.after_call_before_record"), pytest.raises(crashpoints.Killed):
        evening.send()
    evening.send(skips_waits=True)
    assert [one.state for one in evening.digests()] == ["unknown", "unknown"] and len(evening.messages()) == 2


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://hooks.slack.com/x", ["3.1.1.1"]),
        ("https://hooks.slack.com:8443/x", ["3.1.1.1"]),
        ("https://user:pass@hooks.slack.com/x", ["3.1.1.1"]),
        ("https://10.0.0.7/x", ["10.0.0.7"]),
        ("https://inside.example/x", ["3.1.1.1", "192.168.0.1"]),
        ("https://inside.example/x", ["169.254.169.254"]),
        ("https://inside.example/x", ["::ffff:127.0.0.1"]),
        ("https://inside.example/x", ["fe80::1%eth0"]),
        ("https://inside.example/x", ["64:ff9b::a00:7"]),
        ("https://inside.example/x", ["2002:c0a8:1::1"]),
        ("https://127.0.0.1/x", ["127.0.0.1"]),
        ("https://", []),
        ("slack", []),
    ],
)
def test_no_address_leads_to_a_machine_of_ours(url: str, addresses: list[str]) -> None:
    with pytest.raises(Blocked):
        http.post(url, b"{}", allows_loopback=False, resolve=lambda host, port: addresses)


def test_a_name_is_looked_at_once_and_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["192.0.2.1"] if len(asked) > 1 else ["::1"]

    monkeypatch.setattr(http, "SECONDS", 0.2)
    with pytest.raises(Blocked):
        http.post("https://hooks.example/x", b"{}", allows_loopback=True, resolve=resolve)
    assert asked == [("hooks.example", 443)]
    with pytest.raises(Unreachable):
        http.post("http://127.0.0.1:9/x", b"{}", allows_loopback=True)
