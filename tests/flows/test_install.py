"""Dated stories of a shop: it installs, lives on tokens that die at once, leaves, comes back, is forgotten."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from sandbox.seeds import tiny
from sandbox.shopify import installs
from shopify_app.contracts.models import Contract
from shopify_app.gateways.shopify import shop as shop_gateway
from shopify_app.gateways.shopify.errors import TokenRefused
from shopify_app.kit.clock import sleep
from shopify_app.privacy import requests
from shopify_app.shops import tokens
from shopify_app.shops.models import Shop, ShopToken
from tests.support.app import Story


def contracts(story: Story) -> int:
    with story.ctx.db.session() as session:
        return session.scalar(select(func.count()).select_from(Contract)) or 0


def calls(story: Story) -> int:
    """How many calls to Shopify the sandbox has seen."""
    return sum(entry["shop"] == story.shop_domain for entry in story.world.log.entries)


def uninstall(story: Story) -> None:
    with story.world.locked():
        installs.uninstall(story.world, story.shop_domain)


def reinstall(story: Story) -> None:
    with story.world.locked():
        installs.install(story.world, story.shop_domain)


def test_opening_the_app_installs_it_and_brings_its_contracts(story: Story) -> None:
    tiny.grow(story.world, contracts=3)
    shop = story.install()
    assert shop.is_installed and shop.iana_timezone == "America/New_York"
    assert contracts(story) == 3
    assert "frame-ancestors https://rosebud-coffee.myshopify.com" in story.open().headers["Content-Security-Policy"]


def test_a_shop_lives_on_tokens_that_die_after_a_second(story: Story) -> None:
    tiny.grow(story.world, contracts=1)
    with story.world.locked():
        story.world.faults.set({"tokens": {"lifetime_s": 1}})
    shop = story.install()
    assert contracts(story) == 1
    for pause in (0.3, 0.9, 1.2, 0.1):  # young, in its last fifth, dead, young
        assert tokens.with_client(story.ctx, shop.id, shop_gateway.read).domain == shop.domain
        sleep(pause)
    assert len(list(story.world.of("tokens", story.shop_domain))) >= 3, "they did die"
    with story.ctx.db.session() as session:
        assert session.scalars(select(ShopToken)).one().refused_at is None


def test_a_shop_that_leaves_is_left_in_peace_and_finds_everything_within_two_days(story: Story) -> None:
    tiny.grow(story.world, contracts=2)
    shop = story.install()
    uninstall(story)
    story.settle()
    assert not story.shop.is_installed and contracts(story) == 2
    asked = calls(story)
    story.advance(timedelta(hours=30), step=timedelta(hours=6))
    assert calls(story) == asked, "nothing is asked of a shop that left"
    with pytest.raises(TokenRefused):
        tokens.admin_client(story.ctx, shop.id)
    reinstall(story)
    with story.world.locked():
        tiny.add_contract(story.world, story.shop_domain)
    again = story.install()
    assert (again.id, again.is_installed) == (shop.id, True)
    assert contracts(story) == 3, "what was there, and what came while it was away"


def test_two_days_after_it_left_nothing_is_left_of_it(story: Story) -> None:
    tiny.grow(story.world, contracts=2)
    story.install()
    uninstall(story)
    story.settle()
    story.advance(timedelta(hours=50), step=timedelta(hours=10))
    requests.drain(story.ctx)
    with story.ctx.db.session() as session:
        assert session.scalars(select(Shop)).all() == []
    assert contracts(story) == 0


def test_a_shop_installs_by_an_authorization_code_and_imports(story: Story) -> None:
    tiny.grow(story.world, contracts=2, installed=False)
    browser = httpx.Client(trust_env=False, timeout=15)
    away = browser.get(f"{story.url}/auth", params={"shop": story.shop_domain})
    consent = browser.get(away.headers["Location"])
    back = browser.get(consent.headers["Location"])
    assert back.status_code == 302 and back.headers["Location"].startswith(
        story.sandbox.url + "/store/rosebud-coffee"
    )
    story.settle()
    assert story.shop.is_installed and contracts(story) == 2
