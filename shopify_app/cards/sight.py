"""What is seen of a method, to be compared with what is seen later."""

from __future__ import annotations

from shopify_app.kit.db import Json
from shopify_app.shoppers.models import PaymentMethod

NONE = "none"
"""`Contract.seen_method` of a contract that is paid with nothing."""
MERGED = "MERGED"
"""Shopify's revokedReason (schema 2026-10) for a method whose contracts were moved to another one: no loss."""
CARD = ("brand", "last_digits", "expires_on")


def of(method: PaymentMethod) -> Json:
    """Return what of a method matters to its owner, as plain JSON."""
    return {
        "brand": method.brand,
        "last_digits": method.last_digits,
        "expires_on": method.expires_on.isoformat() if method.expires_on else None,
        "revoked": method.revoked_at is not None,
    }


def is_another_card(before: Json, after: Json) -> bool:
    """Tell whether digits, brand or expiry changed. What appears was hidden from us until an app is approved."""
    return any(before.get(name) for name in CARD) and any(before.get(name) != after.get(name) for name in CARD)


def is_same_card(one: Json, other: Json) -> bool:
    """Tell whether two methods are surely one card."""
    return bool(one.get("last_digits")) and all(one.get(name) == other.get(name) for name in CARD)


def is_lost(method: PaymentMethod | None) -> bool:
    """Tell whether a method was really revoked."""
    return method is not None and method.revoked_at is not None and method.revoked_reason != MERGED
