"""A shop leaves, comes back, or only seems to have left; and a database wakes up in the wrong place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from sandbox.shopify import installs
from sandbox.testing import SandboxServer
from shopify_app.context import Context
from shopify_app.gateways.shopify.errors import ServerFault, TokenRefused, Unreachable
from shopify_app.kit.clock import machine_now
from shopify_app.shops import host_guard, queries, tokens, webhooks
from shopify_app.shops.models import UNINSTALLED, Shop, ShopToken
from tests.shops.conftest import DOMAIN

Install = Callable[[], Shop]


@dataclass
class Told:
    """An inbox message as far as the handlers look at it; received a while ago."""

    payload: dict[str, Any] = field(default_factory=lambda: {"myshopify_domain": DOMAIN})
    triggered_at: datetime | None = None
    received_at: datetime = field(default_factory=lambda: machine_now() - timedelta(minutes=5))


def handle(ctx: Context, shop: Shop, message: Told) -> None:
    departure = webhooks.fetch_app_uninstalled(ctx, shop, message)
    with ctx.db.session() as session:
        webhooks.app_uninstalled(ctx, session, shop, message, departure)


def now(ctx: Context) -> tuple[Shop, ShopToken | None]:
    with ctx.db.session() as session:
        shop = queries.by_domain(session, DOMAIN)
        assert shop is not None
        return shop, session.get(ShopToken, shop.id)


def test_a_shop_that_left_keeps_its_row_and_loses_its_token(
    ctx: Context, sandbox: SandboxServer, installed: Install
) -> None:
    shop = installed()
    sandbox.advance(timedelta(hours=1))
    installs.uninstall(sandbox.world, DOMAIN)
    later = ctx.clock.fresh()
    handle(ctx, shop, Told())
    left, token = now(ctx)
    assert (left.status, left.uninstalled_at, token) == ("uninstalled", later, None)
    with ctx.db.session() as session:
        assert queries.installed(session) == []
        assert list(session.scalars(queries.installed_ids())) == []
    with pytest.raises(TokenRefused):
        tokens.admin_client(ctx, shop.id)


def test_coming_back_finds_the_same_row(ctx: Context, sandbox: SandboxServer, installed: Install) -> None:
    shop = installed()
    installs.uninstall(sandbox.world, DOMAIN)
    handle(ctx, shop, Told())
    sandbox.advance(timedelta(hours=40))
    installs.install(sandbox.world, DOMAIN)
    again = installed()
    assert (again.id, again.status, again.uninstalled_at) == (shop.id, "installed", None)
    assert again.installed_at == shop.installed_at + timedelta(hours=40)


def test_an_old_uninstall_that_arrives_after_the_reinstall_is_ignored(
    ctx: Context, sandbox: SandboxServer, installed: Install
) -> None:
    shop = installed()
    installs.uninstall(sandbox.world, DOMAIN)
    late = Told(triggered_at=ctx.clock.fresh() + timedelta(days=1))  # unsigned, so it proves nothing
    installs.install(sandbox.world, DOMAIN)
    installed()
    handle(ctx, shop, late)
    still, token = now(ctx)
    assert still.is_installed and token is not None


def test_a_token_that_still_works_right_after_the_news_is_looked_at_again(ctx: Context, installed: Install) -> None:
    with pytest.raises(Unreachable, match="still works"):
        handle(ctx, installed(), Told(received_at=machine_now()))
    assert now(ctx)[0].is_installed


def test_a_reinstall_while_we_look_is_noticed(ctx: Context, sandbox: SandboxServer, installed: Install) -> None:
    shop = installed()
    installs.uninstall(sandbox.world, DOMAIN)
    departure = webhooks.fetch_app_uninstalled(ctx, shop, Told())
    installs.install(sandbox.world, DOMAIN)
    installed()
    with pytest.raises(Unreachable, match="new token"), ctx.db.session() as session:
        webhooks.app_uninstalled(ctx, session, shop, Told(), departure)
    assert now(ctx)[0].is_installed


@pytest.mark.parametrize(("minutes_after_install", "believed"), [(5, True), (-5, False), (None, False)])
def test_while_shopify_is_down_only_news_newer_than_the_install_is_believed(
    ctx: Context,
    installed: Install,
    monkeypatch: pytest.MonkeyPatch,
    minutes_after_install: int | None,
    believed: bool,
) -> None:
    shop = installed()

    def down(*_: Any) -> None:
        raise ServerFault("HTTP 503")

    monkeypatch.setattr(webhooks.tokens, "with_client", down)
    when = None
    if minutes_after_install is not None:
        when = shop.installed_at + timedelta(minutes=minutes_after_install)
    if believed:
        handle(ctx, shop, Told(triggered_at=when))
    else:
        with pytest.raises(ServerFault):
            handle(ctx, shop, Told(triggered_at=when))
    assert now(ctx)[0].is_installed is not believed


def test_another_shops_uninstall_under_our_name_is_ignored(
    ctx: Context, sandbox: SandboxServer, installed: Install
) -> None:
    shop = installed()
    handle(ctx, shop, Told(payload={"myshopify_domain": "other.myshopify.com"}))
    assert now(ctx)[0].is_installed


def test_a_new_zone_and_name_are_read_from_shopify(ctx: Context, sandbox: SandboxServer, installed: Install) -> None:
    shop = installed()
    assert (shop.iana_timezone, shop.currency, shop.name) == ("America/New_York", "USD", "Rosebud Coffee")
    theirs = sandbox.world.shops[DOMAIN]
    sandbox.world.shops.put({**theirs, "zone": "Europe/Berlin", "name": "Rosebud"})
    info = webhooks.fetch_shop_update(ctx, shop, Told())
    with ctx.db.session() as session:
        webhooks.shop_update(ctx, session, shop, Told(), info)
    assert (now(ctx)[0].iana_timezone, now(ctx)[0].name) == ("Europe/Berlin", "Rosebud")


def test_new_scopes_come_with_a_new_token(ctx: Context, sandbox: SandboxServer, installed: Install) -> None:
    shop = installed()
    install_row = sandbox.world.shops[DOMAIN]
    install_row["install"]["scopes"] = ["read_orders"]
    sandbox.world.shops.put(install_row)
    webhooks.fetch_app_scopes_update(ctx, shop, Told())
    token = now(ctx)[1]
    assert token is not None and token.scopes == "read_orders"


def test_a_copy_of_the_database_under_another_host_does_not_bill_until_adopted(
    ctx: Context, installed: Install
) -> None:
    installed()
    assert host_guard.check(ctx) == []
    assert now(ctx)[0].may_bill
    copy = replace(ctx, settings=replace(ctx.settings, host="https://staging.example.com"))
    assert host_guard.check(copy) == [DOMAIN]
    assert not now(ctx)[0].may_bill
    with ctx.db.session() as session:
        (problem,) = queries.overview(session, ctx.vault)[0].problems()
    assert "doctor --adopt" in problem
    assert host_guard.check(ctx) == [] and not now(ctx)[0].may_bill, "going back does not silently undo it"
    assert host_guard.adopt(copy) == 1
    assert now(ctx)[0].may_bill and now(ctx)[0].host == "https://staging.example.com"


def test_adopting_leaves_a_merchants_own_stop_alone(ctx: Context, installed: Install) -> None:
    installed()
    with ctx.db.session() as session:
        shop = session.scalars(select(Shop)).one()
        shop.billing_stopped_at, shop.billing_stopped_reason = machine_now(), "holidays"
    copy = replace(ctx, settings=replace(ctx.settings, host="https://staging.example.com"))
    host_guard.check(copy)
    host_guard.adopt(copy)
    assert now(ctx)[0].billing_stopped_reason == "holidays"


def test_an_operator_sees_who_is_installed_and_how_they_are(
    ctx: Context, sandbox: SandboxServer, installed: Install
) -> None:
    shop = installed()
    with ctx.db.session() as session:
        (well,) = queries.overview(session, ctx.vault)
    assert well.problems() == [] and "token ok  billing on" in well.line() and DOMAIN in well.line()
    installs.uninstall(sandbox.world, DOMAIN)
    with pytest.raises(TokenRefused):
        tokens.with_client(ctx, shop.id, lambda client: client.run("ShopInfo"))
    with ctx.db.session() as session:
        (ill,) = queries.overview(session, ctx.vault)
    assert "application_not_installed" in ill.line() and "open the app once" in ill.problems()[0]
    with ctx.db.session() as session:
        session.get_one(Shop, shop.id).status = UNINSTALLED
    with ctx.db.session() as session:
        (gone,) = queries.overview(session, ctx.vault)
    assert "uninstalled" in gone.line() and "billing" not in gone.line() and gone.problems() == []
