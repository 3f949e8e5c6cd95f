"""How a way to pay stands, and on which path its shopper renews it. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from shopify_app.shoppers.models import PaymentMethod

CARD, SHOP_PAY = "card", "Shop Pay"
"""Kinds of `gateways/shopify/payment_methods.py` that Shopify lets an app ask about."""


class State(StrEnum):
    """OK also for what never expires. MISSING: no method is named; REMOVED: it was revoked."""

    OK = "ok"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REMOVED = "removed"
    MISSING = "missing"


class Path(StrEnum):
    """How it is renewed: by Shopify's mail, by a link into Shop Pay, or in the shopper's account."""

    MAIL = "mail"
    SHOP_PAY = "shop_pay_url"
    ACCOUNT = "account"


def state_of(method: PaymentMethod | None, today: date, next_on: date | None, days: int) -> State:
    """Return how a method stands on a shop-local day. A card is good through its last day.

    `next_on`: the day of the next charge, None when none is planned; then nothing is at stake. It is EXPIRING when
    that charge comes after its last day, or that day is at most `days` ahead.
    """
    if method is None:
        return State.MISSING
    if method.revoked_at is not None:
        return State.REMOVED
    last = method.expires_on
    if last is None:
        return State.OK
    if last < today:
        return State.EXPIRED
    is_soon = next_on is not None and (last < next_on or last <= today + timedelta(days=days))
    return State.EXPIRING if is_soon else State.OK


def path_of(method: PaymentMethod | None) -> Path:
    """Return how a method is renewed; one that is gone, or is no card, in the account only (schema 2026-10)."""
    if method is None or method.revoked_at is not None:
        return Path.ACCOUNT
    return {CARD: Path.MAIL, SHOP_PAY: Path.SHOP_PAY}.get(method.kind, Path.ACCOUNT)
