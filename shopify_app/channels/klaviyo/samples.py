"""Test events: an example of one metric, sent to an address of the merchant's, which makes the metric known.

They carry `Test: true` and are marked as history, so they start no flow (Klaviyo docs: backfill).
"""

from __future__ import annotations

import json
from datetime import datetime

from shopify_app.channels.klaviyo.events.common import HOST
from shopify_app.channels.klaviyo.events.told import Event
from shopify_app.channels.klaviyo.models import account_of
from shopify_app.channels.klaviyo.parts import iso
from shopify_app.channels.klaviyo.render import document
from shopify_app.context import Context
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json
from shopify_app.shops.models import Shop


class NotConnected(Exception):
    """The shop has no Klaviyo account."""


class NobodyToSendTo(Exception):
    """No address was given, and the account names none."""


def send(ctx: Context, shop: Shop, event: Event, to: str | None) -> str:
    """Send a test event and return the address it is about: `to`, else the account's own sender.

    Raises NotConnected, NobodyToSendTo, KlaviyoError, SecretUnreadable.
    """
    with ctx.db.session() as session:
        account = account_of(session, shop.id)
        sealed = account.sealed_key if account else None
    if sealed is None:
        raise NotConnected
    client = ctx.klaviyo(ctx.vault.open(sealed))
    address = to or client.account().sender_email
    if not address:
        raise NobodyToSendTo
    client.create_event(sample(event, shop, address, ctx.settings.host, ctx.clock.now()))
    return address


def sample(event: Event, shop: Shop, address: str, host: str, now: datetime) -> Json:
    """Return the body of a test event, with the shop's name and our own address in place of the example's.

    Each is an event of its own, so that a merchant may send it again after changing a template.
    """
    said = json.loads(json.dumps(event.example()).replace(HOST, host))
    own = {"Test": True, "ShopName": shop.name or shop.domain, "ShopDomain": shop.domain}
    unique_id = f"test:{event.slug}:{machine_now().isoformat()}"
    return document(event.name, {"email": address}, said | own, iso(now), unique_id, backfill=True)
