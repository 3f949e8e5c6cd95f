"""A shopper subscribes in the storefront, and skips and moves an order in the account block there."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import delete, func, select, update

from sandbox.faces.storefront import app_proxy
from sandbox.shopify import stock
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import UNINSTALLED, Shop
from shopify_app.web.links import limits
from shopify_app.web.portal import guard as changes
from shopify_app.web.proxy import guard, pressed
from tests.proxy.shop import Storefront, grow, tokens
from tests.support.app import SECRET, Story
from tests.support.stories import story

__all__ = ["story"]


@pytest.fixture
def front(story: Story) -> Storefront:
    return grow(story)


def facts(front: Storefront, kind: str) -> list[Fact]:
    with front.story.ctx.db.session() as session:
        return session.query(Fact).filter_by(kind=kind).all()


def test_a_shopper_subscribes_in_the_storefront_and_skips_in_its_account_block(front: Storefront) -> None:
    page = front.open("/products/house-blend", variant=front.large)
    assert page.status_code == 200
    assert "$40.00" in page.text and "$36.00" in page.text and "Save $4.00" in page.text
    prices = json.loads(re.search(r"data-perennial-prices>(.*?)</script>", page.text, re.DOTALL)[1])
    assert prices[str(front.small)][str(front.weekly)] == ["$12.60", "Save $1.40"]

    thanks = front.subscribe(front.large, front.weekly)
    assert "Thank you" in thanks.text
    with front.story.ctx.db.session() as session:
        contract = session.query(Contract).order_by(Contract.id.desc()).first()
        assert contract.lines[0].selling_plan_gid.endswith(f"/{front.weekly}")
        assert contract.lines[0].current_price == 36

    block = front.block()
    assert "Next order: Tuesday, December 8, 2026" in block.text and "$40.50" in block.text
    assert "Paid with" in block.text and block.headers["Cache-Control"] == "no-store"
    assert list(tokens(block)) == ["Skip this order"], "a week later is the next order's own day"
    skip = tokens(block)["Skip this order"]
    done = front.press(skip)
    assert done.status_code == 200 and "This order is skipped" in done.text
    assert "Next order: Tuesday, December 15, 2026" in done.text
    again = front.press(skip)
    assert again.status_code == 200 and "This order is skipped" in again.text
    assert len(facts(front, "order.skipped")) == 1, "a tap heard twice acts once"
    assert facts(front, "order.skipped")[0].actor.startswith("shopper:")

    undone = front.press(tokens(done)["Undo"])
    assert "takes place as planned" in undone.text and "December 8, 2026" in undone.text
    late = front.press(skip)  # on a tab that stood open: it was done, and is so no longer
    assert late.status_code == 409 and "has changed since" in late.text and "December 8, 2026" in late.text
    assert len(facts(front, "order.skipped")) == 1


def test_a_month_s_order_moves_a_week_and_back(front: Storefront) -> None:
    front.subscribe(front.small, front.monthly)
    moves = tokens(front.block())
    done = front.press(moves["Move to Friday, January 8, 2027"])
    assert "Next order: Friday, January 8, 2027" in done.text
    for locale, words in {
        "en": "The order has changed since you opened this page. Please look at it again.",
        "de": "Die Bestellung hat sich geändert, seit Sie diese Seite geöffnet haben.",
        "ja": "ページを開いた後に注文が変更されました。もう一度ご確認ください。",
    }.items():
        gone = front.press(moves["Skip this order"], locale)
        assert gone.status_code == 409 and words in gone.text, "it is no longer where it was shown"
    back = front.press(tokens(done)["Undo"])
    assert "Next order: Friday, January 1, 2027" in back.text


def test_the_day_on_the_button_is_the_one_it_moves_to_over_a_change_of_clocks(front: Storefront) -> None:
    front.subscribe(front.small, front.monthly)
    late = datetime(2027, 3, 8, 4, 30, tzinfo=UTC)  # half past eleven in the evening of March 7, a week before
    with front.story.ctx.db.session() as session:
        newest = session.scalar(select(func.max(BillingCycle.contract_id)))
        mine = BillingCycle.contract_id == newest
        session.execute(delete(BillingCycle).where(mine, BillingCycle.cycle_index > 1))
        session.execute(update(BillingCycle).where(mine).values(expected_at=late, due_at=late))
    block = front.block()
    assert "Next order: Sunday, March 7, 2027" in block.text
    assert "Move to Sunday, March 14, 2027" in tokens(block)


def test_a_press_needs_the_token_of_this_shopper_s_own_page(front: Storefront) -> None:
    front.subscribe(front.small, front.monthly)
    skip = tokens(front.block())["Skip this order"]
    # another page's form goes through the proxy as well, signed; it cannot have read a token
    for forged in ("", "x", skip[:-6] + "AAAAAA"):
        assert front.press(forged).status_code == 403

    values = front.story.ctx.links.read(skip)
    values[-2] = int(time.time()) - 1
    stale = front.press(front.story.ctx.links.sign(values))
    assert stale.status_code == 403 and "press once more" in stale.text and tokens(stale)

    front.leave()
    signed_out = front.press(skip)
    assert signed_out.status_code == 403 and not tokens(signed_out)
    with front.story.world.locked():
        stranger = front.story.world.of("customers", front.story.shop_domain).all()[0]["id"]
    front.send("/account/login", customer=stranger)
    assert front.press(skip).status_code == 403, "somebody else's token"
    # and a token for somebody else's contract, were one ever made, finds nothing
    signer = front.story.ctx.links
    own = pressed.read(signer, skip, machine_now())
    foreign = pressed.write(signer, replace(own, customer=str(stranger)), machine_now())
    assert front.press(foreign).status_code == 404

    with front.story.ctx.db.session() as session:
        assert session.query(BillingCycle).filter_by(skipped=True).count() == 0


def test_signed_out_there_is_a_sentence_and_in_every_language(front: Storefront) -> None:
    assert "Sign in to see and change your next order." in front.block().text
    front.subscribe(front.small, front.monthly)
    for locale, words in {
        "de": "Nächste Bestellung: Freitag, 1. Januar 2027",
        "fr": "Prochaine commande : vendredi 1 janvier 2027",
        "es": "Próximo pedido: viernes, 1 de enero de 2027",
        "ja": "次回の注文: 2027年1月1日",
    }.items():
        assert words in front.block(locale).text


def test_what_is_sold_out_or_sold_by_subscription_only_says_so(front: Storefront) -> None:
    page = front.open("/products/house-blend", variant=front.large).text
    assert "One-time purchase" in page and '<fieldset class="perennial__choices">' in page
    world, shop = front.story.world, front.story.shop_domain
    with world.locked():
        (product,) = world.of("products", shop).all()
        world.of("products", shop).put({**product, "requires_selling_plan": True})
        item = world.of("variants", shop)[front.large]["inventory_item_id"]
        stock.commit(world, shop, item, stock.available(world, shop, item))
    page = front.open("/products/house-blend", variant=front.large).text
    assert "One-time purchase" not in page, "there is no other way to buy it"
    assert '<fieldset class="perennial__choices" disabled>' in page
    assert re.search(r"<p[^>]*data-perennial-sold-out>Sold out</p>", page)
    small = front.open("/products/house-blend", variant=front.small).text
    assert 'perennial__choices" disabled' not in small
    refused = front.send("/cart/add", id=front.small)
    assert refused.status_code == 422, "as Shopify's cart refuses it"


def test_the_next_dates_of_plans_are_told(front: Storefront) -> None:
    asked = {"plan": [front.weekly, front.monthly, "junk"], "locale": "en"}
    answer = front.open("/apps/perennial/dates", **asked)
    assert answer.json()["dates"] == {
        str(front.weekly): ["December 8, 2026", "December 15, 2026"],
        str(front.monthly): ["January 1, 2027", "February 1, 2027"],
    }


def test_what_shopify_did_not_forward_is_refused_in_one_line(front: Storefront) -> None:
    url = f"{front.story.url}/proxy/account"
    pairs = app_proxy.added(front.story.shop_domain, 1)
    good = [*pairs, ("signature", app_proxy.signature(pairs, SECRET))]
    assert httpx.get(url, params=good).status_code == 200
    old = [(n, "1700000000" if n == "timestamp" else v) for n, v in pairs]
    for bad in (pairs, [*good, ("shop", "x.myshopify.com")], [*old, ("signature", app_proxy.signature(old, SECRET))]):
        for method in ("GET", "POST"):
            answer = httpx.request(method, url, params=bad)
            assert answer.status_code == 401 and "\n" not in answer.text
    with front.story.ctx.db.session() as session:
        session.execute(update(Shop).values(status=UNINSTALLED))
    assert httpx.get(url, params=good).status_code == 401, "of a shop that left"


def test_who_asks_too_often_waits_and_others_do_not(front: Storefront, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = machine_now()
    monkeypatch.setattr(limits, "machine_now", lambda: moment)  # no new minute begins meanwhile
    monkeypatch.setattr(guard, "SIGNED_OUT", 2)
    monkeypatch.setattr(guard, "REQUESTS", 1)
    monkeypatch.setattr(changes, "CHANGES", 1)
    asked = {"plan": front.weekly, "locale": "de"}
    signed_out = [front.open("/apps/perennial/dates", **asked) for _ in range(3)]
    assert [each.status_code for each in signed_out] == [200, 200, 429]
    assert 0 < int(signed_out[2].headers["Retry-After"]) <= 60 and "in einer Minute" in signed_out[2].text
    front.subscribe(front.small, front.monthly)  # and is signed in by that
    assert [front.block().status_code for _ in range(2)] == [200, 429]
    monkeypatch.setattr(guard, "REQUESTS", 9)
    done = front.press(tokens(front.block())["Skip this order"])
    assert done.status_code == 200
    undone = front.press(tokens(done)["Undo"])
    assert undone.status_code == 429 and len(facts(front, "order.unskipped")) == 0, "changes are counted apart"


def test_a_press_while_shopify_is_away_says_so_and_leaves_nothing_half_done(front: Storefront) -> None:
    front.subscribe(front.small, front.monthly)
    skip = tokens(front.block())["Skip this order"]

    def trouble(**how: object) -> None:
        with front.story.world.locked():
            front.story.world.faults.set({"graphql": {"CycleSkip": {"times": 1, **how}}})

    trouble(status=403)
    away = front.press(skip)
    assert away.status_code == 503 and "The shop does not answer right now" in away.text
    assert "January 1, 2027" in away.text
    assert facts(front, "order.skipped") == []
    trouble(reset="after")  # done, and its answer lost
    done = front.press(skip)
    assert done.status_code == 200 and "This order is skipped" in done.text and "February 1, 2027" in done.text
    assert len(facts(front, "order.skipped")) == 1
