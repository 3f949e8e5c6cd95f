"""The admin pages on a database of their own, asked for as App Bridge asks: with an id token in a header.

Shopify and Klaviyo are not there: these pages speak to neither, but for the Klaviyo key check, which is replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shopify_app.config import Settings
from shopify_app.context import Context
from shopify_app.kit.clock import FixedClock
from shopify_app.kit.crypto import Vault
from shopify_app.kit.db import Database
from shopify_app.kit.jobs import NoWakeups
from shopify_app.kit.links import LinkSigner
from tests.web import rows

NOW = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
"""9:00 in New York."""
SECRET = "a-secret-of-at-least-thirty-two-bytes-for-hs256"
HOST = "http://127.0.0.1:8000"


@dataclass
class Admin:
    """A merchant of one shop in front of the pages."""

    context: Context
    client: FlaskClient
    shop_id: int
    domain: str

    def get(self, path: str, **headers: str) -> TestResponse:
        """Fetch a page as a link inside the app does."""
        return self.client.get(path, headers=self._headers() | {"HX-Request": "true"} | headers)

    def post(self, path: str, **form: Any) -> TestResponse:
        """Send a form as htmx does."""
        return self.client.post(path, data=form, headers=self._headers() | {"HX-Request": "true"})

    def open(self, path: str) -> TestResponse:
        """Open a page as the admin's frame does, with the token in the address."""
        mark = "&" if "?" in path else "?"
        headers = {"Accept": "text/html", "Sec-Fetch-Dest": "iframe"}
        return self.client.get(f"{path}{mark}embedded=1&shop={self.domain}&id_token={self.token()}", headers=headers)

    def token(self) -> str:
        return id_token(self.domain)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"}


def id_token(domain: str) -> str:
    """An id token as Shopify signs it for staff of a shop."""
    now = datetime.now(UTC)
    claims = {
        "iss": f"https://{domain}/admin",
        "dest": f"https://{domain}",
        "aud": "client-id",
        "sub": "42",
        "exp": now + timedelta(minutes=1),
        "nbf": now - timedelta(seconds=1),
        "iat": now,
        "jti": "1",
        "sid": "s",
    }
    return jwt.encode(claims, SECRET, "HS256")


@pytest.fixture
def context(postgres_url: str) -> Iterator[Context]:
    settings = Settings(
        api_key="client-id",
        api_secret=SECRET,
        host=HOST,
        database_url=postgres_url,
        shop_url="http://127.0.0.1:1/shops/{shop}",
        admin_url="http://127.0.0.1:1",
        cdn_url="http://127.0.0.1:1/cdn",
    )
    database = Database(postgres_url)
    key = Fernet.generate_key().decode()
    yield Context(
        settings=settings,
        db=database,
        clock=FixedClock(NOW),
        vault=Vault([key]),
        links=LinkSigner([key]),
        wakeups=NoWakeups(),
        http=httpx.Client(timeout=1),
        klaviyo=lambda key: pytest.fail("no page may speak to Klaviyo unasked"),
    )
    database.close()


@pytest.fixture
def app(context: Context) -> Flask:
    from shopify_app import create_app

    return create_app(context)


@pytest.fixture
def admin(app: Flask, context: Context) -> Admin:
    with context.db.session() as session:
        shop = rows.shop(session, host=HOST, seal=context.vault.seal)
        return Admin(context, app.test_client(), shop.id, shop.domain)
