"""The compliance webhooks, from the message to rows that are gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

import shopify_app
from sandbox.shopify import installs
from sandbox.testing import SandboxServer
from shopify_app.context import Context
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Base
from shopify_app.privacy import registry, requests, webhooks
from shopify_app.privacy.models import PrivacyRequest
from shopify_app.shops.models import Shop
from shopify_app.stock.models import StockDecision
from shopify_app.tables import metadata
from tests.shops.conftest import DOMAIN

ANNA, BEN = "gid://shopify/Customer/7", "gid://shopify/Customer/8"
Install = Callable[[], Shop]


@dataclass
class Told:
    payload: dict[str, Any]
    triggered_at: datetime | None = None
    received_at: datetime = field(default_factory=lambda: machine_now() - timedelta(minutes=5))


def about(customer: Any = 7, domain: str = DOMAIN) -> Told:
    return Told({"shop_id": 1, "shop_domain": domain, "customer": {"id": customer, "email": "anna@example.com"}})


def handle(ctx: Context, shop: Shop, topic: str, message: Told) -> None:
    fetch: Callable[..., Any] = webhooks.fetch_shop_redact if topic == "shop_redact" else webhooks.fetch_now
    fetched = fetch(ctx, shop, message)
    with ctx.db.session() as session:
        getattr(webhooks, topic)(ctx, session, shop, message, fetched)


def tell(ctx: Context, shop: Shop, *customers: str) -> None:
    with ctx.db.session() as session:
        for number, customer in enumerate(customers):
            session.add(Fact(shop_id=shop.id, key=f"{customer}/{number}", kind="test", customer_gid=customer,
                             occurred_at=machine_now()))  # fmt: skip


def facts_of(ctx: Context, customer: str) -> int:
    with ctx.db.session() as session:
        return session.scalar(select(func.count()).select_from(Fact).where(Fact.customer_gid == customer)) or 0


def the_request(ctx: Context) -> PrivacyRequest:
    with ctx.db.session() as session:
        return session.scalars(select(PrivacyRequest)).one()


def waiting(ctx: Context) -> int:
    with ctx.db.session() as session:
        return requests.waiting(session, ctx.clock.now(), machine_now())


def test_a_data_request_collects_what_every_feature_holds(ctx: Context, installed: Install) -> None:
    shop = installed()
    tell(ctx, shop, ANNA, ANNA, BEN)
    handle(ctx, shop, "customers_data_request", about())
    assert waiting(ctx) == 1
    assert requests.drain(ctx) == 1
    request = the_request(ctx)
    assert request.customer_gid == ANNA and request.done_at == ctx.clock.fresh() and waiting(ctx) == 0
    assert request.report is not None and set(request.report) == set(registry.FEATURES)
    assert len(request.report["journal"]["facts"]) == 2
    assert facts_of(ctx, ANNA) == 2, "asking changes nothing"


def test_a_redaction_erases_that_customer_and_the_reports_about_them(ctx: Context, installed: Install) -> None:
    shop = installed()
    tell(ctx, shop, ANNA, BEN)
    handle(ctx, shop, "customers_data_request", about())
    handle(ctx, shop, "customers_redact", about())
    assert requests.drain(ctx) == 2
    assert (facts_of(ctx, ANNA), facts_of(ctx, BEN)) == (0, 1)
    with ctx.db.session() as session:
        report, proof = session.scalars(select(PrivacyRequest).order_by(PrivacyRequest.id))
    assert report.report is None
    assert proof.report is not None and proof.report["erased"]["journal"] == 1


def test_a_request_that_fails_waits_and_does_not_stop_the_next(
    ctx: Context, installed: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = installed()
    handle(ctx, shop, "customers_redact", about(7))
    handle(ctx, shop, "customers_redact", about(8))
    real = registry.FEATURES["privacy"]

    class Broken:
        held = staticmethod(real.held)

        @staticmethod
        def erase(session: Any, shop_id: int, customer_gid: str | None) -> int:
            return 1 // 0 if customer_gid == ANNA else 0

    monkeypatch.setitem(registry.FEATURES, "privacy", Broken())
    assert requests.drain(ctx) == 1
    with ctx.db.session() as session:
        failed, done = session.scalars(select(PrivacyRequest).order_by(PrivacyRequest.id))
    assert failed.last_error == "ZeroDivisionError" and failed.done_at is None and done.done_at is not None
    assert waiting(ctx) == 0, "it waits ten minutes"


def test_a_shop_that_left_is_deleted_to_the_last_row(
    ctx: Context, sandbox: SandboxServer, installed: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = installed()
    tell(ctx, shop, *[ANNA] * 5)
    with ctx.db.session() as session:
        other = Shop(domain="other.myshopify.com", host="h", installed_at=machine_now())
        session.add(other)
    tell(ctx, other, BEN)
    with ctx.db.session() as session:  # which no foreign key takes along
        session.add_all(_decision(owner, number) for owner in (shop, other) for number in range(3))
    monkeypatch.setattr(requests, "BATCH", 2)
    installs.uninstall(sandbox.world, DOMAIN)
    handle(ctx, shop, "shop_redact", Told({"shop_id": 1, "shop_domain": DOMAIN}))  # app/uninstalled was lost
    assert requests.drain(ctx) == 1
    with ctx.db.session() as session:
        assert [s.domain for s in session.scalars(select(Shop))] == ["other.myshopify.com"]
        for table in metadata.sorted_tables:
            if "shop_id" in table.c:
                rows = session.execute(select(func.count()).select_from(table).where(table.c.shop_id == shop.id))
                assert rows.scalar() == 0, table.name
        assert session.scalar(select(func.count()).select_from(StockDecision)) == 3, "of the other shop"
    assert facts_of(ctx, BEN) == 1


def _decision(shop: Shop, number: int) -> StockDecision:
    at = machine_now()
    order = {"contract_id": number, "cycle_index": 1, "variant_gid": "v", "units": 1, "charge_at": at}
    words = {"terms": {}, "options": [], "default": "", "state": "told", "decided_at": at}
    return StockDecision(shop_id=shop.id, cause_id=shop.id, **order, **words)


def test_a_shop_that_came_back_is_not_redacted(ctx: Context, sandbox: SandboxServer, installed: Install) -> None:
    shop = installed()
    tell(ctx, shop, ANNA)
    handle(ctx, shop, "shop_redact", Told({"shop_id": 1, "shop_domain": DOMAIN}))
    assert waiting(ctx) == 0 and facts_of(ctx, ANNA) == 1


def test_coming_back_between_webhook_and_work_stops_the_deletion(
    ctx: Context, sandbox: SandboxServer, installed: Install
) -> None:
    shop = installed()
    tell(ctx, shop, ANNA)
    installs.uninstall(sandbox.world, DOMAIN)
    handle(ctx, shop, "shop_redact", Told({"shop_id": 1, "shop_domain": DOMAIN}))
    installs.install(sandbox.world, DOMAIN)
    installed()
    assert requests.drain(ctx) == 1
    assert facts_of(ctx, ANNA) == 1 and the_request(ctx).done_at is not None


@pytest.mark.parametrize("topic", ["customers_data_request", "customers_redact", "shop_redact"])
def test_another_shops_webhook_under_our_name_asks_for_nothing(
    ctx: Context, sandbox: SandboxServer, installed: Install, topic: str
) -> None:
    shop = installed()
    installs.uninstall(sandbox.world, DOMAIN)
    handle(ctx, shop, topic, about(domain="other.myshopify.com"))
    assert waiting(ctx) == 0


@pytest.mark.parametrize("customer", [None, "7", True, {}])
def test_a_payload_without_a_customer_is_named_as_bad(ctx: Context, installed: Install, customer: Any) -> None:
    shop = installed()
    with pytest.raises(webhooks.BadPayload):
        handle(ctx, shop, "customers_redact", about(customer))


def test_every_feature_that_can_erase_is_asked_to() -> None:
    root = Path(shopify_app.__file__).parent
    on_disk = {".".join(path.relative_to(root).parts[:-1]) for path in root.rglob("erase.py")}
    listed = {module.__name__.removeprefix("shopify_app.").removesuffix(".erase")  # type: ignore[attr-defined]
              for module in registry.FEATURES.values()}  # fmt: skip
    assert on_disk == listed
    assert Base.metadata is metadata
