"""Shopify's global ids: `gid://shopify/<Type>/<id>`."""

from __future__ import annotations


def gid(kind: str, number: int | str) -> str:
    """Return the global id of a Shopify object, e.g. gid("Order", 7)."""
    return f"gid://shopify/{kind}/{number}"


def number_of(value: str) -> str:
    """Return the last path part of a global id without its query, e.g. "7" for gid://shopify/Order/7?x=1."""
    return value.rsplit("/", 1)[-1].split("?", 1)[0]


def kind_of(value: str) -> str:
    """Return the type in a global id, e.g. "Order"; ValueError when `value` is no Shopify gid."""
    parts = value.split("/")
    if len(parts) < 5 or parts[0] != "gid:" or parts[2] != "shopify":
        raise ValueError("not a Shopify gid")
    return parts[3]
