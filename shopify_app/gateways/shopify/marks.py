"""A tag and a metafield on a customer, each set or taken off by itself (schema 2026-10), and a number on variants.

On customers all need `write_customers`, on variants `write_products`.

`tagsAdd` and `tagsRemove` leave every other tag alone, where `customerUpdate` would write all of them anew. All four
may be repeated: what is there already, or gone already, is no error.

The namespace is a plain one on purpose: a metafield below `$app` that has no definition is private to its app
(shopify.dev, "About reserved prefixes"), and here others are to read it.

Each raises UserErrors (nothing was changed: the customer is unknown, or has as many tags as there may be; only the
errors of `metafieldsSet` have codes) or what any call may raise.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from shopify_app.gateways.shopify.client import AdminClient

NAMESPACE = "perennial"
MOST = 25
"""Metafields of one `metafieldsSet` (shopify.dev)."""
PASSING = frozenset({"INTERNAL_ERROR"})
"""Of MetafieldsSetUserErrorCode, what may be gone when it is tried again."""


def add_tag(client: AdminClient, owner_gid: str, tag: str) -> None:
    """Put a tag on a customer."""
    client.mutate("TagsAdd", {"id": owner_gid, "tags": [tag]}, "tagsAdd")


def remove_tag(client: AdminClient, owner_gid: str, tag: str) -> None:
    """Take a tag off a customer."""
    client.mutate("TagsRemove", {"id": owner_gid, "tags": [tag]}, "tagsRemove")


def set_metafield(client: AdminClient, owner_gid: str, key: str, value: dict[str, Any]) -> None:
    """Set a metafield of type json, whatever it held."""
    field = {**_named(owner_gid, key), "type": "json", "value": json.dumps(value)}
    client.mutate("MetafieldsSet", {"metafields": [field]}, "metafieldsSet")


def set_numbers(client: AdminClient, owner_gids: Sequence[str], key: str, number: int) -> None:
    """Set a metafield of type number_integer on up to MOST variants: all of them, or none."""
    field = {"type": "number_integer", "value": str(number)}
    client.mutate("MetafieldsSet", {"metafields": [_named(gid, key) | field for gid in owner_gids]}, "metafieldsSet")


def delete_metafield(client: AdminClient, owner_gid: str, key: str) -> None:
    """Delete a metafield."""
    client.mutate("MetafieldsDelete", {"metafields": [_named(owner_gid, key)]}, "metafieldsDelete")


def _named(owner_gid: str, key: str) -> dict[str, str]:
    return {"ownerId": owner_gid, "namespace": NAMESPACE, "key": key}
