"""What changed with a method is told once, whoever read it first: updated, replaced, removed, merged, missing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from sandbox.shopify import payment_methods
from shopify_app.cards import asking, erase
from shopify_app.cards.models import CardRequest
from shopify_app.journal import feed
from shopify_app.journal.models import Fact
from tests.billing.till import Till
from tests.cards.wallet import card, facts, look
from tests.edits.desk import ME, put_there, there


def outcomes(till: Till) -> list[str | None]:
    with till.ctx.db.session() as session:
        return list(session.scalars(select(CardRequest.outcome).order_by(CardRequest.id)))


def in_feed(till: Till) -> list[str]:
    with till.ctx.db.session() as session:
        shown = select(Fact.kind).where(Fact.kind.in_(feed.GROUPS["payment"]), ~feed.is_repeated())
        return list(session.scalars(shown.order_by(Fact.id.desc())))


def another(till: Till, **values: object) -> str:
    world = till.sandbox.world
    with world.locked():
        return payment_methods.create(world, till.domain, there(till)["customer_id"], **values)["id"]


def test_what_is_seen_first_is_no_news_and_an_updated_card_is_told_once(till: Till) -> None:
    assert look(till) == []
    asking.ask(till.ctx, till.shop_id, till.contract().shopify_gid, ME, "r1")
    till.mirror()
    assert look(till) == [] and outcomes(till) == [None]
    card(till, last_digits="7777", expiry_year=2033)
    assert look(till) == look(till) == [("updated", "updated")]
    (fact,) = facts(till)
    assert fact.before != fact.after and "7777" not in str(vars(fact)) and outcomes(till) == ["updated"]
    assert in_feed(till) == ["payment_method.updated"]
    card(till, last_digits="8888")
    assert len(look(till)) == 2  # a second change within the hour is one of its own


def test_another_method_of_the_shoppers_is_told_as_updated(till: Till) -> None:
    look(till)
    asking.ask(till.ctx, till.shop_id, till.contract().shopify_gid, ME, "r1")
    put_there(till, payment_method_id=another(till), revision_id=there(till)["revision_id"] + 1000)
    till.mirror()
    assert look(till) == look(till) == [("updated", "replaced")] and outcomes(till) == ["replaced"]
    assert in_feed(till) == ["subscription.payment_method_changed"]


def test_a_removed_method_is_told_once_and_so_is_one_that_is_missing(till: Till) -> None:
    look(till)
    asking.ask(till.ctx, till.shop_id, till.contract().shopify_gid, ME, "r1")
    with till.sandbox.world.locked():
        payment_methods.revoke(till.sandbox.world, till.domain, there(till)["payment_method_id"])
    till.mirror()
    assert look(till) == [("removed", None)] and outcomes(till) == ["removed"]
    put_there(till, payment_method_id=None, revision_id=there(till)["revision_id"] + 1000)
    till.mirror()
    assert till.contract().payment_method_gid is None and look(till) == [("removed", None)]
    put_there(till, payment_method_id=another(till), revision_id=there(till)["revision_id"] + 1000)
    till.mirror()
    assert look(till) == [("removed", None), ("updated", "replaced")]


def test_that_no_method_is_named_says_nothing_while_the_old_one_lives(till: Till) -> None:
    look(till)
    put_there(till, payment_method_id=None, revision_id=there(till)["revision_id"] + 1000)
    till.mirror()
    assert till.contract().payment_method_gid is None and look(till) == []


def test_a_merged_method_is_no_loss_and_the_same_card_no_news(till: Till) -> None:
    look(till)
    asking.ask(till.ctx, till.shop_id, till.contract().shopify_gid, ME, "r1")
    old = till.sandbox.world.of("payment_methods", till.domain)[there(till)["payment_method_id"]]
    same = {name: old[name] for name in ("brand", "last_digits", "expiry_month", "expiry_year")}
    with till.sandbox.world.locked():
        payment_methods.merge(till.sandbox.world, till.domain, old["id"], another(till, **same))
    till.mirror()
    assert till.contract().payment_method_gid != f"gid://shopify/CustomerPaymentMethod/{old['id']}"
    assert look(till) == [] and outcomes(till) == ["replaced"]
    with till.sandbox.world.locked():
        payment_methods.merge(till.sandbox.world, till.domain, there(till)["payment_method_id"], another(till))
    till.mirror()
    assert look(till) == [("updated", "replaced")]


def test_erasing_cuts_who_was_asked_off_the_customer(till: Till) -> None:
    till.wait(timedelta(0))
    gid, who = till.contract().shopify_gid, str(till.contract().customer_gid)
    asking.ask(till.ctx, till.shop_id, gid, "shopper:7", "shopper:7:tap")
    with till.ctx.db.session() as session:
        (held,) = erase.held(session, till.shop_id, who)["asked_for_a_card"]
        assert (held["how"], held["by"], held["state"]) == ("mail", "shopper:7", "sent")
        assert erase.erase(session, till.shop_id, "gid://shopify/Customer/0") == 0
        assert erase.erase(session, till.shop_id, who) == 1
        assert erase.held(session, till.shop_id, who) == {"asked_for_a_card": []}
        row = session.scalars(select(CardRequest)).one()
        assert "7" not in (row.actor, row.request_id.split(":")[0]) and row.actor == "shopper"
