"""A whole run at the most talkative level, with everything going wrong: no line says who anybody is, or holds a key.

Lines are looked at as they were written, before `kit.log` masks anything: the mask is the second line of defence.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, update

from sandbox.seeds import tiny
from sandbox.shopify import installs
from sandbox.wire.id_tokens import launch_params, mint_id_token
from shopify_app import topics
from shopify_app.inbox.models import PARKED, InboxMessage
from shopify_app.kit.clock import machine_now
from shopify_app.shoppers.models import Shopper
from shopify_app.shops import tokens
from tests.support import logs
from tests.support.app import KLAVIYO_KEY, SECRET, Story

INSTALLED = datetime(2026, 11, 30, 14, tzinfo=UTC)
BOUGHT = datetime(2026, 11, 4, 15, tzinfo=UTC)
"""Monthly: announced on 1 December, charged on 4 December."""

PEOPLE = [("Quillonia", "Vandermeersch"), ("Thaddeus", "Okonkwo-Reyes"), ("Ysolde", "Brzezicki")]
KEY_WITHOUT_SCOPES = "pk_sandbox_rosebud_noscope"
CODE, STATE = "a-grant-code-0123456789", "a-state-0123456789"

Poison = Callable[[str], None]


def _seed(story: Story) -> list[dict[str, Any]]:
    """Three people whose data cannot be mistaken for anything else; the third one's card is declined."""
    grown = tiny.grow(story.world, at=INSTALLED, created_at=BOUGHT, contracts=3)
    for number, ((first, last), contract) in enumerate(zip(PEOPLE, grown.contracts, strict=True)):
        person = {"first_name": first, "last_name": last, "phone": f"+1207555019{number}"}
        address = {**person, "address1": f"{number}7 Gallowglass Terrace", "city": "Wexcombe", "zip": f"9731{number}"}
        customer = story.world.of("customers", tiny.SHOP)[contract["customer_id"]]
        mail = f"{first}.{last}@marsh-post.net".lower()
        story.world.of("customers", tiny.SHOP).put({**customer, **person, "email": mail, "address": address})
        delivery = {**contract["delivery"], "address": address}
        story.world.of("contracts", tiny.SHOP).put({**contract, "delivery": delivery})
    story.world.faults.set({"outcomes": {str(grown.contracts[2]["payment_method_id"]): "CARD_DECLINED"}})
    return grown.contracts


def _come_uninvited(story: Story) -> None:
    """Requests that are refused: dead and foreign tokens, a wrong signature, an install nobody asked for."""
    stale = mint_id_token(story.world, tiny.SHOP, exp=1)
    for token in (stale, stale[:-4] + "AAAA", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl"):
        frame = {"Accept": "text/html", "Sec-Fetch-Dest": "iframe"}
        httpx.get(f"{story.url}/", params=launch_params(story.world, tiny.SHOP) | {"id_token": token}, headers=frame)
        assert httpx.get(f"{story.url}/settings", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    query = {"shop": tiny.SHOP, "code": CODE, "state": STATE, "hmac": "0f" * 32, "timestamp": "1"}
    assert httpx.get(f"{story.url}/auth/callback", params=query).status_code == 401
    assert _post_webhook(story, "customers/update", {"email": "x@marsh-post.net"}, signature="A" * 43 + "=") == 401
    assert _post_webhook(story, "customers/update", ["x@marsh-post.net"]) == 400


def _post_webhook(story: Story, topic: str, payload: Any, signature: str = "") -> int:
    body = json.dumps(payload).encode()
    signed = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    headers = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": signature or signed,
        "X-Shopify-Shop-Domain": tiny.SHOP,
        "X-Shopify-Webhook-Id": f"{topic}-{len(body)}-{signature}",
    }
    return httpx.post(f"{story.url}/webhooks", content=body, headers=headers).status_code


def _save(story: Story, path: str, **form: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {mint_id_token(story.world, tiny.SHOP)}", "HX-Request": "true"}
    return httpx.post(f"{story.url}{path}", data=form, headers=headers)


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Poison:
    """Give a topic a handler with a bug that trips over a person's data: in the database or at Shopify."""

    def twice(ctx: Any, session: Any, shop: Any, message: Any, fetched: Any) -> None:
        first, last = PEOPLE[0]
        row = {"shop_id": shop.id, "shopify_gid": "gid://shopify/Customer/1", "first_name": first, "last_name": last}
        session.execute(insert(Shopper).values(row | {"email": message.payload["email"]}))
        session.execute(insert(Shopper).values(row | {"email": message.payload["email"]}))

    def nameless(ctx: Any, session: Any, shop: Any, message: Any, fetched: Any) -> None:
        # PostgreSQL tells the whole row
        session.execute(update(Shopper).values(shopify_gid=None, email=message.payload["email"]))

    def misspelled(ctx: Any, shop: Any, message: Any) -> None:
        text = "query Bug($mail: ID!) { customer(id: $mail) { firstNam } }"
        tokens.with_client(ctx, shop.id, lambda client: client.run_text(text, {"mail": message.payload["email"]}))

    bugs = {
        "twice": topics.Handler(lambda *given: None, twice),
        "nameless": topics.Handler(lambda *given: None, nameless),
        "misspelled": topics.Handler(misspelled, lambda *given: None),
    }
    return lambda bug: monkeypatch.setitem(topics.HANDLERS, "customers/update", (bugs[bug],))


def _poison_all(story: Story, poison: Poison, customer_id: int) -> None:
    # Shopify leaves the mail address out of this topic, as shopify.app.toml asks; these messages say it all the same
    mail = story.world.of("customers", tiny.SHOP)[customer_id]["email"]
    for bug in ("twice", "nameless", "misspelled"):
        poison(bug)
        assert _post_webhook(story, "customers/update", {"id": customer_id, "bug": bug, "email": mail}) == 200
        story.settle()
        with story.ctx.db.session() as session:  # one try of each is enough
            waiting = update(InboxMessage).where(InboxMessage.handled_at.is_(None))
            session.execute(waiting.values(handled_at=machine_now(), outcome=PARKED))


def _secrets(story: Story) -> dict[str, str]:
    keys = {f"encryption key {n}": key for n, key in enumerate(story.ctx.settings.encryption_keys)}
    return {
        **logs.personal(story.world, tiny.SHOP),
        **logs.tokens(story.world, tiny.SHOP),
        **keys,
        "client secret": SECRET,
        "Klaviyo key": KLAVIYO_KEY,
        "refused Klaviyo key": KEY_WITHOUT_SCOPES,
        "grant code": CODE,
        "state": STATE,
    }


def test_a_whole_run_tells_nobody_s_name_and_no_secret(
    story: Story, poison: Poison, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with logs.listening() as ears:
        contracts = _seed(story)
        secrets = _secrets(story)
        story.install()
        _come_uninvited(story)
        assert "may not do what is needed" in _save(story, "/settings/klaviyo", key=KEY_WITHOUT_SCOPES).text
        assert "Connected to" in _save(story, "/settings/klaviyo", key=KLAVIYO_KEY).text

        story.advance(datetime(2026, 12, 1, 15, tzinfo=UTC), step=timedelta(hours=12))
        with story.world.locked():
            story.world.faults.set({"graphql": {"*": {"status": 503, "times": 3}}})
        story.advance(datetime(2026, 12, 4, 16, tzinfo=UTC), step=timedelta(hours=12))
        assert len(story.world.ledger.payments()) == 2, "one card was declined"
        assert len(story.stored_events()) >= 5

        _poison_all(story, poison, contracts[0]["customer_id"])
        monkeypatch.undo()
        someone = {"customer_id": contracts[1]["customer_id"]}
        story.control("POST", f"/shops/{tiny.SHOP}/privacy/data_request", **someone)
        story.control("POST", f"/shops/{tiny.SHOP}/privacy/customer_redact", **someone)
        story.settle()
        _post_webhook(
            story, "customers/redact", {"shop_domain": tiny.SHOP, "customer": {"email": "y@marsh-post.net"}}
        )
        story.settle()

        for act in (installs.uninstall, installs.install, installs.uninstall):
            with story.world.locked():
                act(story.world, tiny.SHOP)
            if act is installs.install:
                story.install()
            story.settle()
        story.advance(timedelta(hours=50), step=timedelta(hours=25))
        secrets |= _secrets(story)

    out, err = capfd.readouterr()
    for words in (
        "installed", "merchant request refused", "webhook refused", "oauth callback refused", "klaviyo not connected",
        "graphql", "UniqueViolation", "NotNullViolation", "BadRequest", "BadPayload", "uninstalled", "shop redacted",
    ):  # fmt: skip
        assert ears.heard(words), f"the story no longer makes the app say {words!r}"
    assert "UniqueViolation" in err, "what the process prints is looked at too"
    assert len(secrets) > 30
    for lines in (ears.raw, ears.lines, [*out.splitlines(), *err.splitlines()]):
        found = logs.leaks(lines, secrets)
        assert not found, "\n".join(found[:10])


@pytest.mark.parametrize(
    "say",
    [
        lambda log, secret: log.debug("hello %s", secret),
        lambda log, secret: log.info("hello", extra={"whom": secret}),
        lambda log, secret: log.info("hello", extra={"whom": {"deep": [secret]}}),
        lambda log, secret: log.error("oops", exc_info=ValueError(f"no such thing: {secret}")),
        lambda log, secret: logging.getLogger("somebody.elses").warning(secret),
    ],
)
def test_the_guard_hears_what_is_said_anywhere_in_a_record(say: Callable[[logging.Logger, str], None]) -> None:
    with logs.listening() as ears:
        say(logging.getLogger("shopify_app.guard"), "Quillonia")
        logging.getLogger("shopify_app.guard").info("an innocent line", extra={"shop": tiny.SHOP})
    (leak,) = logs.leaks(ears.raw, {"first name": "quillonia"})
    assert leak.startswith("first name in: ")
    assert len(logs.leaks(ears.lines, {"first name": "quillonia"})) == 2, "as text and as JSON"


@pytest.mark.parametrize(
    ("secret", "name"),
    [
        ("shpat_0123456789abcdef", "a token of Shopify's"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl", "an id token"),
        (base64.b64encode(hashlib.sha256(b"x").digest()).decode(), "a signature or a key"),
        (hashlib.sha256(b"x").hexdigest(), "a signature of an address"),
        ("pk_0123456789", "a key of Klaviyo's"),
        ("gAAAAABnZ0123456789abcdefghij-_", "a sealed secret"),
        ("ada@marsh-post.net", "a mail address"),
    ],
)
def test_the_guard_knows_a_secret_by_its_shape_and_the_mask_hides_most(secret: str, name: str) -> None:
    with logs.listening() as ears:
        logging.getLogger("shopify_app.guard").info("hello", extra={"value": secret})
    assert [leak.split(" in: ")[0] for leak in logs.leaks(ears.raw, {})] == [name]
    if name in ("a token of Shopify's", "an id token", "a key of Klaviyo's", "a mail address"):
        assert not logs.leaks(ears.lines, {})
