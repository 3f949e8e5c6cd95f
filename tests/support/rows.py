"""A context on a database of its own with one installed shop, for tests that need no Shopify."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cryptography.fernet import Fernet

from shopify_app import wiring
from shopify_app.config import read
from shopify_app.context import Context
from shopify_app.kit.clock import FixedClock
from shopify_app.shops.models import Shop

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
DOMAIN = "rosebud-coffee.myshopify.com"
SECRET, OLD_SECRET = "the-secret", "the-secret-before"


def context(postgres_url: str, now: datetime = NOW) -> Context:
    """A context whose business time stands still and whose Shopify does not answer."""
    settings = read(
        {
            "SHOPIFY_API_KEY": "key",
            "SHOPIFY_API_SECRET": SECRET,
            "SHOPIFY_API_SECRET_OLD": OLD_SECRET,
            "HOST": "http://127.0.0.1:1",
            "DATABASE_URL": postgres_url,
            "REDIS_URL": "redis://127.0.0.1:1",
            "ENCRYPTION_KEY": Fernet.generate_key().decode(),
            "SHOPIFY_SHOP_URL": "http://127.0.0.1:1/shops/{shop}",
        }
    )
    return wiring.build(settings, clock=FixedClock(now), inline=True)


def add_shop(ctx: Context, domain: str = DOMAIN, **values: Any) -> Shop:
    """An installed shop in New York."""
    row = {"iana_timezone": "America/New_York", "host": "http://127.0.0.1:1", "installed_at": NOW} | values
    with ctx.db.session() as session:
        shop = Shop(domain=domain, **row)
        session.add(shop)
    return shop
