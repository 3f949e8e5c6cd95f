"""The three compliance webhooks: each leaves a request, which `requests` works off.

Headers are not signed, so the shop named in the signed body must be the one the header named: otherwise one
shop's old webhook, sent again under another's name, would erase the wrong rows.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.kit.gid import gid
from shopify_app.privacy.models import CUSTOMER_REDACT, DATA_REQUEST, SHOP_REDACT, PrivacyRequest
from shopify_app.shops.models import Shop
from shopify_app.shops.webhooks import Departure, Message, app_uninstalled, fetch_app_uninstalled

log = logging.getLogger(__name__)


class BadPayload(ValueError):
    """A compliance webhook without what makes it one; the message is parked for a person to look at."""


def fetch_now(ctx: Context, shop: Shop, message: Message) -> datetime:
    """Nothing to ask Shopify; the clock (business time) may be far away too, so it is read out of the transaction."""
    return ctx.clock.now()


def customers_data_request(ctx: Context, session: Session, shop: Shop, message: Message, now: datetime) -> None:
    """Ask for a report of what every feature holds of the customer."""
    _ask(session, shop, message, DATA_REQUEST, _customer(message.payload), now)


def customers_redact(ctx: Context, session: Session, shop: Shop, message: Message, now: datetime) -> None:
    """Ask every feature to erase the customer."""
    _ask(session, shop, message, CUSTOMER_REDACT, _customer(message.payload), now)


def fetch_shop_redact(ctx: Context, shop: Shop, message: Message) -> Departure:
    """See whether the shop is gone: its app/uninstalled may have been lost, or it may be back."""
    if not shop.is_installed:
        return Departure(gone=True, seen_at=ctx.clock.now())
    return fetch_app_uninstalled(ctx, shop, message)


def shop_redact(ctx: Context, session: Session, shop: Shop, message: Message, departure: Departure) -> None:
    """Ask for all rows of a shop that left to be deleted; nothing when it has come back."""
    app_uninstalled(ctx, session, shop, message, departure)
    if departure.gone:
        _ask(session, shop, message, SHOP_REDACT, None, departure.seen_at)


def _ask(session: Session, shop: Shop, message: Message, kind: str, customer_gid: str | None, now: datetime) -> None:
    if message.payload.get("shop_domain") != shop.domain:
        log.warning("compliance webhook names another shop: ignored", extra={"shop": shop.domain, "topic": kind})
        return
    session.add(PrivacyRequest(shop_id=shop.id, kind=kind, customer_gid=customer_gid, received_at=now))


def _customer(payload: dict[str, Any]) -> str:
    customer = payload.get("customer")
    number = customer.get("id") if isinstance(customer, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise BadPayload("the payload names no customer")
    return gid("Customer", number)
