"""Instants and money as Shopify writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sandbox.shopify.registry import View


def graphql_time(iso: str | datetime | None) -> str | None:
    """DateTime of the Admin API: UTC, whole seconds, ``Z``."""
    if iso is None:
        return None
    instant = datetime.fromisoformat(iso) if isinstance(iso, str) else iso
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rest_time(iso: str | None, zone: str) -> str | None:
    """A time in a webhook: the shop's zone, with its offset."""
    if iso is None:
        return None
    return datetime.fromisoformat(iso).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def money(amount: str | Decimal, currency: str) -> View:
    """MoneyV2. Shopify writes at least one decimal and no trailing zeros after it: 12.0, 12.5, 12.55."""
    return {"__typename": "MoneyV2", "amount": decimal(amount), "currencyCode": currency}


def money_bag(amount: str | Decimal, currency: str) -> View:
    """MoneyBag of a shop that sells in the same currency."""
    return {
        "__typename": "MoneyBag",
        "shopMoney": money(amount, currency),
        "presentmentMoney": money(amount, currency),
    }


def decimal(amount: str | Decimal) -> str:
    """A Decimal of the Admin API."""
    text = f"{Decimal(amount):.3f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def rest_money(amount: str | Decimal) -> str:
    """Money in a webhook: two decimals."""
    return f"{Decimal(amount):.2f}"
