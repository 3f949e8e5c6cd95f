"""The webhook request: keep or refuse, quickly, whatever is sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from shopify_app import MAX_BODY, create_app
from shopify_app.inbox.models import InboxMessage
from tests.inbox.conftest import Box
from tests.support.rows import DOMAIN, OLD_SECRET, SECRET

CONTRACT = b'{"admin_graphql_api_id": "gid://shopify/SubscriptionContract/7", "revision_id": "1"}'


@pytest.fixture
def client(box: Box) -> FlaskClient:
    return create_app(box.ctx).test_client()


def post(
    client: FlaskClient,
    body: bytes = CONTRACT,
    *,
    secret: str = SECRET,
    path: str = "/webhooks",
    **headers: str | None,
) -> TestResponse:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    sent = {
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-Topic": "subscription_contracts/update",
        "X-Shopify-Webhook-Id": "w-1",
        "X-Shopify-Shop-Domain": DOMAIN,
        "X-Shopify-Triggered-At": "2026-12-01T09:00:00.123Z",
    } | {f"X-Shopify-{name.replace('_', '-')}": value for name, value in headers.items()}
    return client.post(path, data=body, headers={k: v for k, v in sent.items() if v is not None})


def kept(box: Box) -> list[InboxMessage]:
    with box.ctx.db.session() as session:
        return list(session.scalars(select(InboxMessage).order_by(InboxMessage.id)))


def test_a_signed_webhook_is_kept_once(box: Box, client: FlaskClient) -> None:
    assert [post(client).status_code for _ in range(3)] == [200, 200, 200]
    (message,) = kept(box)
    assert (message.subject, message.topic, message.tries) == ("contract:7", "subscription_contracts/update", 0)
    assert message.payload == json.loads(CONTRACT)


def test_the_old_secret_still_counts(box: Box, client: FlaskClient) -> None:
    assert post(client, secret=OLD_SECRET).status_code == 200
    assert len(kept(box)) == 1


@pytest.mark.parametrize("signature", [None, "", "AAAA", "not base64 !", "Ä", base64.b64encode(b"x" * 32).decode()])
def test_no_other_signature_does(box: Box, client: FlaskClient, signature: str | None) -> None:
    assert post(client, Hmac_Sha256=signature).status_code == 401
    assert kept(box) == []


def test_a_signature_of_other_bytes_does_not_count(box: Box, client: FlaskClient) -> None:
    digest = hmac.new(SECRET.encode(), CONTRACT, hashlib.sha256).digest()
    answer = post(client, CONTRACT + b" ", Hmac_Sha256=base64.b64encode(digest).decode())
    assert answer.status_code == 401 and answer.json == {"error": "The signature does not fit."}


BROKEN = [b"", b"{", b"[]", b"7", b'"text"', b"null", b"\xff\xfe", b'{"a": NaN}', b'{"a": Infinity}', b"[" * 100_000]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_json_object_is_refused(box: Box, client: FlaskClient, body: bytes) -> None:
    assert post(client, body).status_code == 400
    assert kept(box) == []


@pytest.mark.parametrize("headers", [{"Topic": None}, {"Webhook_Id": None}, {"Shop_Domain": None}, {"Topic": " "},
                                     {"Webhook_Id": "w" * 300}, {"Shop_Domain": "evil.example"}])  # fmt: skip
def test_missing_headers_are_refused(box: Box, client: FlaskClient, headers: dict) -> None:
    assert post(client, **headers).status_code == 400
    assert kept(box) == []


@pytest.mark.parametrize("body", [b'{"id": 1, "n": "a\\u0000b"}', b'{"id": 1, "n": "\\ud800"}', b'{"\\u0000": 1}',
                                  b'{"id": 123456789012345678901234567890}', b'{"id": 1e400}'])  # fmt: skip
def test_what_the_database_cannot_hold_is_no_error(box: Box, client: FlaskClient, body: bytes) -> None:
    assert post(client, body).status_code in (200, 400)


def test_an_unreadable_hint_of_order_is_left_out(box: Box, client: FlaskClient) -> None:
    assert post(client, Triggered_At="yesterday").status_code == 200
    assert kept(box)[0].triggered_at is None


def test_an_unknown_shop_and_an_unknown_topic_are_kept_nowhere(box: Box, client: FlaskClient) -> None:
    assert post(client, Shop_Domain="nobody.myshopify.com").status_code == 200
    assert post(client, Topic="themes/publish").status_code == 200
    assert kept(box) == []


def test_too_large_a_body_is_refused(client: FlaskClient) -> None:
    assert post(client, b'{"a": "' + b"x" * MAX_BODY + b'"}').status_code == 413


def test_compliance_has_its_own_address(box: Box, client: FlaskClient) -> None:
    answer = post(client, b'{"shop_domain": "x"}', path="/webhooks/compliance", Topic="shop/redact")
    assert answer.status_code == 200
    assert kept(box)[0].topic == "shop/redact"


def test_redis_down_changes_nothing(postgres_url: str, box: Box) -> None:
    """`Wakeups` on a Redis that refuses: the webhook is kept and answered all the same."""
    from dataclasses import replace

    from redis import Redis

    from shopify_app.kit.jobs import Wakeups

    ctx = replace(
        box.ctx,
        wakeups=Wakeups(Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.2), {"inbox": "inbox"}),
    )
    assert post(create_app(ctx).test_client()).status_code == 200
    assert len(kept(box)) == 1
