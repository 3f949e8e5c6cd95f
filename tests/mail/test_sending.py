"""A mail is sent once, whatever dies or is lost; what may have arrived waits for a person."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import select, update

from shopify_app.channels import erase
from shopify_app.channels.mail import again, prune, settings
from shopify_app.channels.mail.models import MailSettings
from shopify_app.channels.mail.settings import Wanted
from shopify_app.journal.models import Fact
from shopify_app.kit import crashpoints
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import Killed
from shopify_app.kit.log import formatter
from tests.channels.telling import shopper
from tests.mail.conftest import Post


def test_dying_at_each_line_sends_once_or_asks_a_person(post: Post) -> None:
    deaths = {
        "mail.after_claim_before_call": ("sent", 1),
        "mail.after_leaving_before_message": ("unknown", 0),
        "mail.after_call_before_record": ("unknown", 1),
    }
    for number, (point, (state, arrives)) in enumerate(deaths.items()):
        before = len(post.inbox())
        post.upcoming(f"upcoming:1:2:{number}")
        with crashpoints.armed(point), pytest.raises(Killed):
            post.deliver()
        assert post.waiting() == 1, "a dead sender's lease is waited for"
        post.till.expire_leases()
        post.deliver()
        post.deliver()
        mail = post.mails()[-1]
        assert (mail.state, len(post.inbox()) - before, post.waiting()) == (state, arrives, 0), point
        assert state == "sent" or "nobody knows whether it arrived" in (mail.reason or "")


def test_a_lost_answer_is_never_tried_again_by_itself_but_by_a_person(post: Post) -> None:
    post.fail(at="message", drop=True, times=1)
    post.upcoming()
    for _ in range(3):
        post.deliver()
        post.skip_waits()
    assert (post.the_mail().state, len(post.inbox())) == ("unknown", 1)
    assert again.release(post.till.ctx, post.till.shop_id) == (0, 0), "only by its name"
    assert again.release(post.till.ctx, post.till.shop_id, post.the_mail().id) == (1, 0)
    post.deliver()
    first, second = post.inbox()
    assert post.the_mail().state == "sent"
    assert first["headers"]["message-id"] == second["headers"]["message-id"]


def test_what_is_put_off_is_tried_later_and_what_is_refused_parks_until_mended(post: Post) -> None:
    post.fail(at="recipient", status=451, times=2)
    post.upcoming()
    for _ in range(3):
        post.deliver()
        post.skip_waits()
    assert (post.the_mail().state, post.the_mail().tries, len(post.inbox())) == ("sent", 3, 1)
    post.fail(at="recipient", status=550, to=post.the_mail().recipient)
    post.upcoming("upcoming:1:2:1")
    post.deliver()
    parked = post.mails()[1]
    assert (parked.state, parked.reason) == ("parked", "the mail server refused it: recipient: 550 5.1.1")
    shopper(post.till, email="mended@garden.shop")
    assert again.release(post.till.ctx, post.till.shop_id) == (1, 0)
    post.deliver()
    assert [mail["to"] for mail in post.inbox()][1:] == [["mended@garden.shop"]]


def test_while_the_server_is_away_all_wait_and_none_is_given_up(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    """And no line of the log holds an address, though the server repeats it."""
    caplog.set_level(logging.DEBUG)
    post.fail(at="sender", status=451)
    post.upcoming()
    post.upcoming("upcoming:1:2:1")
    for _ in range(9):
        post.deliver()
        post.skip_waits()
    assert sorted(mail.tries for mail in post.mails()) != [0, 0]
    assert {mail.state for mail in post.mails()} == {"pending"}
    assert post.deliver() == 1, "one is enough to see that the server is still away"
    post.fail()
    post.skip_waits()
    post.deliver()
    assert {mail.state for mail in post.mails()} == {"sent"}
    lines = [formatter("text").format(record) for record in caplog.records] + caplog.messages
    address = post.mails()[0].recipient or "?"
    assert any("mail not taken" in line for line in lines)
    assert not [line for line in lines if address in line]


def test_switching_off_and_erasing_end_what_has_not_left(post: Post) -> None:
    post.fail(at="connect", status=421)
    post.upcoming()
    post.deliver()
    nobody = Wanted("Rosebud", "hello@rosebud.example", ("staff@rosebud.example",), "en", fallback=False)
    with post.till.ctx.db.session() as session:
        settings.change(session, post.till.shop_id, nobody, "merchant:7", post.till.now)
    assert (post.the_mail().state, post.the_mail().reason) == ("dropped", settings.SWITCHED_OFF)
    (fact,) = post.till.facts("mail.settings_changed")
    assert "rosebud.example" not in str(fact.after)
    customer = post.the_mail().customer_gid or ""
    with post.till.ctx.db.session() as session:
        held = erase.held(session, post.till.shop_id, customer)["mails"]
        assert [mail["to"] for mail in held] == [post.the_mail().recipient]
        assert "Skip this order" in held[0]["text"]
        assert erase.erase(session, post.till.shop_id, customer) == 1
    gone = post.the_mail()
    assert (gone.recipient, gone.subject, gone.plain, gone.html, gone.customer_gid) == (None,) * 5
    with post.till.ctx.db.session() as session:
        erase.erase(session, post.till.shop_id, None)
        assert session.scalar(select(MailSettings)) is None


def test_words_are_forgotten_after_ninety_days_and_nobody_is_told_again(post: Post) -> None:
    post.upcoming()
    post.deliver()
    post.till.wait(prune.KEEP * 2)
    with post.till.ctx.db.session() as session:
        session.execute(update(Fact).values(recorded_at=machine_now() - prune.KEEP))
    assert prune.run(post.till.ctx) == 1
    assert (post.the_mail().state, post.the_mail().html) == ("sent", None)
    with post.till.ctx.db.session() as session:
        assert session.get_one(MailSettings, post.till.shop_id).facts_read_to >= (post.the_mail().fact_id or 0)
    assert (prune.run(post.till.ctx), post.deliver(), len(post.inbox())) == (0, 0, 1)
