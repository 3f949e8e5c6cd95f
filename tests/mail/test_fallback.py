"""What a shopper needs is told by mail while Klaviyo cannot be told: once, and by one of the two."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from shopify_app.channels.klaviyo.deliver import around
from shopify_app.channels.klaviyo.events.told import EVENTS
from shopify_app.channels.klaviyo.mails.common import LANGUAGES
from shopify_app.channels.klaviyo.mails.written import MAILS
from shopify_app.channels.mail import decide
from shopify_app.channels.mail.models import MailSettings
from shopify_app.channels.mail.page import filled
from shopify_app.contracts.models import BillingCycle
from shopify_app.kit.clock import machine_now
from tests.channels.telling import accepted, shopper, skip_waits, stored, tell
from tests.mail.conftest import Post

HOUR = timedelta(hours=1)


def _events(post: Post) -> list[tuple[bool, bool]]:
    """Of each stored event: whether it started flows, and whether it says FallbackSent."""
    return [(one["flow_triggered"], one["properties"].get("FallbackSent", False)) for one in stored(post.till)]


def test_a_shop_without_klaviyo_tells_by_mail_once_and_the_event_is_history_later(post: Post) -> None:
    shopper(post.till, first_name="Ann", email="ann@garden.shop", locale="en")
    post.upcoming()
    assert post.waiting() == 1
    post.deliver()
    post.deliver()
    assert (post.waiting(), post.the_mail().state) == (0, "sent")
    (mail,) = post.inbox()
    assert mail["to"] == ["ann@garden.shop"]
    assert mail["subject"] == "Your next order: December 31, 2026"
    assert mail["headers"]["from"] == "Rosebud Coffee <notices@perennial.example>"
    assert mail["headers"]["reply-to"] == "hello@rosebud.example"
    for said in ("Hello Ann,", "December 31, 2026", "$14.00", "Rosebud Coffee"):
        assert said in mail["text"] and said in mail["html"]
    assert re.search(r"^Skip this order: http://127.0.0.1:9/links/\S+$", mail["text"], re.M)
    assert sum("/links/" in link for link in mail["links"]) == 3
    post.connect()
    post.upcoming("upcoming:1:2:1")  # what happens from now on goes as always
    post.klaviyo()
    assert _events(post) == [(False, True), (True, False)]
    post.deliver()
    assert len(post.inbox()) == 1


def test_a_dead_key_is_waited_for_an_hour_then_mail_tells_it(post: Post) -> None:
    post.connect()
    post.revoke()
    post.upcoming()
    post.klaviyo()
    assert post.waiting() == 0, "the merchant may be changing the key"
    post.till.wait(HOUR)
    post.deliver()
    assert [mail["to"] for mail in post.inbox()] == [[post.the_mail().recipient]]
    post.revoke(False)
    post.connect()
    skip_waits(post.till)
    post.klaviyo()
    assert _events(post) == [(False, True)]
    assert [delivery.state for delivery in post.till.deliveries()] == ["accepted"]
    post.till.wait(HOUR)
    post.deliver()
    assert len(post.inbox()) == 1


def test_a_mail_that_has_not_left_is_taken_back_when_klaviyo_works_again(post: Post) -> None:
    """Once while it waits for its next try, and once between its claim and its first byte."""
    post.fail(at="recipient", status=451, times=1)
    post.upcoming()
    post.deliver()
    assert (post.the_mail().state, post.inbox()) == ("pending", [])
    post.upcoming("upcoming:1:2:1")
    post.connect_between("mail.after_claim_before_call")
    post.deliver()
    assert _events(post) == [(True, False), (True, False)]
    assert [(mail.state, mail.reason) for mail in post.mails()] == [
        ("dropped", "Klaviyo works again and tells it instead")
    ] * 2
    post.skip_waits()
    post.deliver()
    assert post.inbox() == []


def test_a_mail_on_its_way_stays_and_the_event_says_so(post: Post) -> None:
    """Klaviyo comes back between the mail's first byte and its answer."""
    post.upcoming()
    post.connect_between("mail.after_leaving_before_message")
    post.deliver()
    post.klaviyo()
    assert (post.the_mail().state, len(post.inbox())) == ("sent", 1)
    assert _events(post) == [(False, True)]


@pytest.mark.parametrize("is_killed", [False, True])
def test_what_klaviyo_may_have_is_never_told_by_mail(post: Post, is_killed: bool) -> None:
    """The answer to the first try is lost, or nobody lived to write it down; later the key dies."""
    post.connect()
    post.upcoming()
    if is_killed:
        post.die_in_klaviyo()
        post.till.expire_leases()
    else:
        post.till.klaviyo().set(faults=[{"operation": "create_event", "times": 1, "reset": "after"}])
        post.klaviyo()
        skip_waits(post.till)
    post.revoke()
    post.klaviyo()  # the key is refused now, which says nothing of the try before
    post.till.wait(HOUR)
    post.deliver()
    assert (post.mails(), post.waiting()) == ([], 0)


def test_what_is_no_longer_true_is_not_mailed(post: Post) -> None:
    post.fail(at="connect", status=421, times=1)
    post.upcoming()
    post.deliver()
    with post.till.ctx.db.session() as session:
        session.execute(update(BillingCycle).values(skipped=True))
    post.skip_waits()
    post.deliver()
    assert (post.the_mail().state, post.the_mail().reason) == ("dropped", "the cycle is skipped")
    post.upcoming("upcoming:1:2:1")
    post.deliver()
    assert [mail.state for mail in post.mails()] == ["dropped", "dropped"]
    assert post.inbox() == []


def test_a_german_shopper_reads_german(post: Post) -> None:
    shopper(post.till, first_name="Änne", locale="de-AT")
    failed = {"class": "payment_method", "code": "EXPIRED_CARD", "attempt_number": 1, "final": "pause"}
    tell(post.till, "failed-1:1:1", "payment.failed", data=failed)
    post.deliver()
    (mail,) = post.inbox()
    assert mail["headers"]["content-language"] == "de"
    assert mail["subject"] == "Eine Zahlung für Ihr Abonnement hat nicht geklappt"
    assert "Guten Tag Änne," in mail["text"]
    assert "Bitte prüfen Sie Ihre Zahlungsmethode" in mail["text"]
    assert '<html lang="de">' in mail["html"]


def test_where_there_are_no_words_dates_and_money_are_in_english_too(post: Post) -> None:
    """A Klaviyo mail may be written in any language; this one is ours, and is read as one text."""
    shopper(post.till, first_name="Anne", locale="fr-CA")
    post.upcoming()
    post.deliver()
    (mail,) = post.inbox()
    assert mail["headers"]["content-language"] == "en"
    assert mail["subject"].startswith("Your next order: December ") and "décembre" not in mail["text"]
    assert "$" in mail["text"] and "$US" not in mail["text"]


def test_who_has_no_address_is_parked_and_old_or_needless_news_are_not_mailed(post: Post) -> None:
    shopper(post.till, email=None, phone="+1 212 555 2368")
    post.upcoming()
    tell(post.till, "failed-1:1:1", "payment.failed", data={"class": "transient", "quiet": True, "final": "pause"})
    ending = {"class": "soft", "quiet": True, "ends_now": True, "final": "pause"}
    tell(post.till, "failed-2:1:1", "payment.failed", data=ending)
    tell(post.till, "failed-0:1:1", "payment.failed", data={"class": "soft"}, occurred_at=post.till.now - 30 * HOUR)
    tell(post.till)  # a paid order is no news that somebody needs
    post.deliver()
    assert [(mail.state, mail.reason) for mail in post.mails()] == [
        ("parked", "the shopper has no mail address"),
        ("dropped", "it is not the shopper's to mend, so they need not know"),
        ("dropped", "it was the last try, and what was done in the end is told instead"),
    ]
    post.connect()
    post.klaviyo()
    assert {mail.state for mail in post.mails()} == {"dropped"}
    assert all(flows for flows, _ in _events(post)), "Klaviyo can tell who has only a phone"


def test_a_mail_is_decided_while_klaviyo_waits_for_the_decision(post: Post) -> None:
    """Klaviyo, connected before the decision was committed, must not send first and learn of the mail later."""
    post.upcoming()
    with ThreadPoolExecutor(1) as pool, post.till.ctx.db.session() as session:
        assert decide.fill(session, around(post.till.ctx), machine_now()) == 1
        post.connect()
        telling = pool.submit(post.klaviyo)
        with pytest.raises(TimeoutError):
            telling.result(timeout=0.5)
        assert accepted(post.till) == []
        session.commit()
        telling.result(timeout=20)
    assert (post.the_mail().state, _events(post)) == ("dropped", [(True, False)])


def test_without_a_server_the_merchants_wish_or_at_another_host_nothing_is_mailed(post: Post) -> None:
    post.upcoming()
    post.settings_of_shop(host="https://original.example")
    post.deliver()  # a copy of the database, on another machine
    assert post.mails() == []
    post.settings_of_shop(host=post.till.ctx.settings.host)
    post.tick(without_server=True)
    assert post.mails() == []
    with post.till.ctx.db.session() as session:
        session.get_one(MailSettings, post.till.shop_id).fallback_since = None
    post.tick()
    assert post.mails() == []
    post.connect()
    post.klaviyo()
    assert _events(post) == [(True, False)]


def test_every_event_that_a_shopper_needs_has_a_mail_without_a_hole() -> None:
    needed = [event for event in EVENTS if event.needed_by_shopper]
    mails = {mail.slug: mail for mail in MAILS}
    assert {"order.upcoming", "order.changed", "delivery.upcoming", "payment.failed"} <= {one.kind for one in needed}
    for event in needed:
        for language in LANGUAGES:
            for sparse in (True, False):
                said = {
                    "event": event.example(sparse=sparse),
                    "person": {},
                    "organization": {"name": "Tea & <Sons>"},
                }
                html = filled(mails[event.slug].html(event, language), said, is_html=True)
                assert "Tea &amp; &lt;Sons&gt;" in html
                assert filled(mails[event.slug].subject[language], said, is_html=False).strip()
