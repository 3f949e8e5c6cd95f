"""Asking a shopper for another card: by Shopify's mail, by a link into Shop Pay, or not at all; once per request."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from sandbox.shopify import payment_methods
from shopify_app.cards import asking
from shopify_app.cards.answers import WORDS, Answer, Why
from shopify_app.cards.models import CardRequest
from shopify_app.cards.state import Path
from shopify_app.gateways.shopify import payment_updates
from shopify_app.gateways.shopify.errors import Unreachable
from shopify_app.shoppers.mirror import payment_method
from tests.billing.till import Till
from tests.edits.desk import ME, put_there, there

SENT = Answer(Path.MAIL)


def ask(till: Till, request_id: str = "r1", actor: str = ME) -> Answer:
    return asking.ask(till.ctx, till.shop_id, till.contract().shopify_gid, actor, request_id)


def rows(till: Till) -> list[CardRequest]:
    with till.ctx.db.session() as session:
        return list(session.scalars(select(CardRequest).order_by(CardRequest.id)))


def mails(till: Till) -> list[dict]:
    return till.sandbox.world.of("mails", till.domain).all()


def pays_with(till: Till, kind: str) -> str:
    """Another method of the shopper's pays from now on; returns its token."""
    world = till.sandbox.world
    with world.locked():
        made = payment_methods.create(world, till.domain, there(till)["customer_id"], kind)
        put_there(till, payment_method_id=made["id"], revision_id=there(till)["revision_id"] + 1000)
    till.mirror()
    return made["id"]


def test_a_mail_is_asked_for_once_however_often_it_is_tapped(till: Till) -> None:
    assert ask(till) == ask(till) == SENT
    (mail,) = mails(till)
    assert mail["to"] == "shopper1@rosebud-shopper.net" and mail["payment_method_id"] in mail["link"]
    assert ask(till, "r2", "shopper:7") == Answer(Path.MAIL, Why.ASKED)
    till.wait(timedelta(hours=25))
    assert ask(till, "r2", "shopper:7") == SENT and len(mails(till)) == 2
    assert [(row.state, row.actor, row.outcome) for row in rows(till)] == [
        ("sent", ME, None),
        ("sent", "shopper:7", None),
    ]
    told = till.facts("payment_method.asked")
    assert [(fact.actor, fact.data["how"], fact.data["is_sure"]) for fact in told] == [
        (ME, "mail", True),
        ("shopper:7", "mail", True),
    ]
    assert "rosebud-shopper" not in str([fact.data for fact in told])


def test_an_answer_that_is_lost_is_told_as_unknown_and_nothing_is_sent_twice(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = payment_updates.send_mail

    def lost(client: object, gid: str) -> None:
        real(client, gid)  # type: ignore[arg-type]
        raise Unreachable("timed out")

    monkeypatch.setattr(payment_updates, "send_mail", lost)
    assert ask(till) == ask(till) == Answer(Path.MAIL, Why.UNKNOWN)
    assert ask(till, "r2").why is Why.ASKED and len(mails(till)) == 1
    assert "may or may not" in WORDS[Why.UNKNOWN] and [row.state for row in rows(till)] == ["unknown"]
    assert [fact.data["is_sure"] for fact in till.facts("payment_method.asked")] == [False]


def test_who_dies_after_asking_leaves_a_row_that_says_so(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(asking, "_finish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ask(till)
    assert ask(till).why is Why.BUSY
    monkeypatch.setattr(asking, "machine_now", lambda: asking.LEASE + rows(till)[0].lease_until)
    assert ask(till).why is Why.UNKNOWN and asking.state(rows(till)[0]) == "unknown" and len(mails(till)) == 1


def test_shop_pay_gives_a_link_that_nothing_keeps(till: Till) -> None:
    token = pays_with(till, "shop_pay")
    first, again = ask(till), ask(till)
    assert first == again and first.path is Path.SHOP_PAY and first.why is None and token in (first.url or "")
    assert len(rows(till)) == len(till.facts("payment_method.asked")) == 1 and mails(till) == []
    secret = str(first.url).rsplit("/", 1)[1]
    assert all(secret not in str(vars(row)) for row in [*rows(till), *till.facts()])
    for n in range(8):
        assert ask(till, f"more{n}").why is None
    assert ask(till, "more9").why is Why.TOO_MANY
    till.wait(timedelta(hours=2))
    assert ask(till, "more9").url  # nothing was done before, so the same request is tried again
    pays_with(till, "card")
    assert ask(till, "more9").why is Why.OTHER_REQUEST and ask(till, "new") == SENT  # it was about another method


@pytest.mark.parametrize(
    ("kind", "why"), [("paypal", Why.ELSEWHERE), ("revoked", Why.REMOVED), ("none", Why.REMOVED)]
)
def test_what_shopify_cannot_ask_for_is_not_asked(till: Till, kind: str, why: Why) -> None:
    world = till.sandbox.world
    if kind == "paypal":
        pays_with(till, kind)
    elif kind == "revoked":
        with world.locked():
            payment_methods.revoke(world, till.domain, there(till)["payment_method_id"])
        till.mirror()
    else:
        put_there(till, payment_method_id=None, revision_id=there(till)["revision_id"] + 1)
        till.mirror()
    sent = len(till.sent)
    assert ask(till) == Answer(Path.ACCOUNT, why) and rows(till) == [] and len(till.sent) == sent


def test_a_shop_that_has_not_granted_the_permission_is_told_so(till: Till) -> None:
    world = till.sandbox.world
    with world.locked():
        install = world.shops[till.domain]["install"]
        install["scopes"] = [scope for scope in install["scopes"] if scope != "write_customers"]
        world.shops.put(world.shops[till.domain])
    answer = ask(till)
    assert answer.why is Why.NOT_ALLOWED and "permission" in answer.words
    assert [row.state for row in rows(till)] == ["refused"] and till.facts("payment_method.asked") == []


def test_a_customer_without_a_mail_address_cannot_be_asked(till: Till) -> None:
    world = till.sandbox.world
    with world.locked():
        person = world.of("customers", till.domain).all()[0]
        world.of("customers", till.domain).put({**person, "email": None})
    assert ask(till).why is Why.NO_MAIL and ask(till).why is Why.NO_MAIL


def test_the_link_of_the_mail_leads_to_a_page_that_updates_the_card(till: Till) -> None:
    ask(till)
    link = mails(till)[0]["link"]
    assert httpx.get(link).status_code == 200 and httpx.get(link + "x").status_code == 404
    assert "Please fill in" in httpx.post(link, data={"last_digits": "12"}).text
    httpx.post(link, data={"last_digits": "7777", "expiry_month": 5, "expiry_year": 2031}).raise_for_status()
    till.mirror()
    with till.ctx.db.session() as session:
        method = payment_method(session, till.shop_id, till.contract().payment_method_gid)
    assert method and (method.last_digits, str(method.expires_on)) == ("7777", "2031-05-31")
