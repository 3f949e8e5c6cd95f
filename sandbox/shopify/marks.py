"""Tags and metafields of customers, and metafields of variants. Nothing else here can be tagged by API.

Shopify docs: tags are compared without regard to case; a metafield that is not there is deleted without an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

from sandbox.shopify import customers
from sandbox.shopify.registry import Ctx, View, gid, gid_key, mutation
from sandbox.shopify.times import graphql_time
from sandbox.world.store import Row

MOST_TAGS, LONGEST_TAG = 250, 255
MOST_METAFIELDS = 25
UNKNOWN = "Customer does not exist"


@mutation("tagsAdd")
def _add(ctx: Ctx, id: str, tags: list[str]) -> View:
    def added(present: list[str]) -> list[str]:
        known = {tag.lower() for tag in present}
        return present + [tag for tag in dict.fromkeys(tags) if tag.lower() not in known]

    return _retag(ctx, "TagsAddPayload", id, added)


@mutation("tagsRemove")
def _remove(ctx: Ctx, id: str, tags: list[str]) -> View:
    gone = {tag.lower() for tag in tags}
    return _retag(ctx, "TagsRemovePayload", id, lambda present: [tag for tag in present if tag.lower() not in gone])


def _retag(ctx: Ctx, payload: str, id: str, change: Callable[[list[str]], list[str]]) -> View:
    _demand_write(ctx, payload)
    person = _customer(ctx, id)
    if person is None:
        return {"__typename": payload, "node": None, "userErrors": [_error(["id"], UNKNOWN)]}
    before = person.get("tags") or []
    tags = change(before)
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        error = _error(["tags"], f"A customer has at most {MOST_TAGS} tags of {LONGEST_TAG} characters")
        return {"__typename": payload, "node": None, "userErrors": [error]}
    if tags != before:
        person = customers.change(ctx.world, ctx.shop, person["id"], tags=tags)
    return {"__typename": payload, "node": customers.view(person), "userErrors": []}


@mutation("metafieldsSet")
def _set(ctx: Ctx, metafields: list[dict[str, Any]]) -> View:
    _demand_write(ctx, "metafieldsSet", [wanted["ownerId"] for wanted in metafields])
    if len(metafields) > MOST_METAFIELDS:
        return _not_set("LESS_THAN_OR_EQUAL_TO", None, f"Exceeded the maximum of {MOST_METAFIELDS} metafields")
    for index, wanted in enumerate(metafields):  # all or nothing
        if refusal := _refusal(ctx, index, wanted):
            return refusal
    return {
        "__typename": "MetafieldsSetPayload",
        "metafields": [_metafield_view(_store(ctx, wanted)) for wanted in metafields],
        "userErrors": [],
    }


def _refusal(ctx: Ctx, index: int, wanted: dict[str, Any]) -> View | None:
    if not _has_owner(ctx, wanted["ownerId"]):
        return _not_set("INVALID", index, "Owner does not exist", "ownerId")
    _plain(wanted.get("namespace"))
    if not wanted.get("type"):
        return _not_set("BLANK", index, "Type can't be blank", "type")
    try:
        json.loads(wanted["value"]) if wanted["type"] == "json" else None
    except ValueError:
        return _not_set("INVALID_VALUE", index, "Value is invalid JSON", "value")
    if wanted["type"] == "number_integer" and not re.fullmatch(r"-?\d{1,16}", wanted["value"]):
        return _not_set("INVALID_VALUE", index, "Value must be an integer", "value")
    return None


def _store(ctx: Ctx, wanted: dict[str, Any]) -> Row:
    at = ctx.world.now().isoformat()
    row = find(ctx, wanted["ownerId"], wanted["namespace"], wanted["key"])
    named = {"owner": wanted["ownerId"], "namespace": wanted["namespace"], "key": wanted["key"]}
    changed = {"type": wanted["type"], "value": wanted["value"], "updated_at": at}
    if row:
        return ctx.of("metafields").put({**row, **changed})
    return ctx.of("metafields").add({**named, **changed, "created_at": at})


@mutation("metafieldsDelete")
def _delete(ctx: Ctx, metafields: list[dict[str, Any]]) -> View:
    _demand_write(ctx, "metafieldsDelete", [named["ownerId"] for named in metafields])
    if any(not _has_owner(ctx, named["ownerId"]) for named in metafields):
        error = _error(["metafields", "ownerId"], "Owner does not exist")
        return {"__typename": "MetafieldsDeletePayload", "deletedMetafields": None, "userErrors": [error]}
    deleted: list[View | None] = []
    for named in metafields:
        row = find(ctx, named["ownerId"], _plain(named["namespace"]), named["key"])
        if row:
            ctx.of("metafields").delete(row["id"])
        deleted.append({"__typename": "MetafieldIdentifier", **named} if row else None)
    return {"__typename": "MetafieldsDeletePayload", "deletedMetafields": deleted, "userErrors": []}


def find(ctx: Ctx, owner: str, namespace: str, key: str) -> Row | None:
    """The metafield of an owner (a gid), or None."""
    wanted = (owner, namespace, key)
    return next((m for m in ctx.of("metafields") if (m["owner"], m["namespace"], m["key"]) == wanted), None)


def _metafield_view(row: Row) -> View:
    return {
        "__typename": "Metafield",
        "id": gid("Metafield", row["id"]),
        "namespace": row["namespace"],
        "key": row["key"],
        "type": row["type"],
        "value": row["value"],
        "createdAt": graphql_time(row["created_at"]),
        "updatedAt": graphql_time(row["updated_at"]),
    }


def _customer(ctx: Ctx, value: str) -> Row | None:
    return ctx.of("customers").get(gid_key("Customer", value))


def _plain(namespace: str | None) -> str:
    if not namespace or namespace.startswith("$app"):
        raise GraphQLError("sandbox does not model namespaces that are reserved for an app")
    return namespace


def _has_owner(ctx: Ctx, value: str) -> bool:
    if _is_variant(value):
        return ctx.of("variants").get(gid_key("ProductVariant", value)) is not None
    return _customer(ctx, value) is not None


def _is_variant(value: str) -> bool:
    return value.startswith("gid://shopify/ProductVariant/")


def _demand_write(ctx: Ctx, name: str, owners: Sequence[str] = ("",)) -> None:
    """Shopify's table of scopes is silent on these four; writing to something asks for what writing it asks for."""
    for scope in {"write_products" if _is_variant(owner) else "write_customers" for owner in owners}:
        if scope not in ctx.scopes:
            message = f"Access denied for {name} field. Required access: `{scope}` access scope."
            raise GraphQLError(message, extensions={"code": "ACCESS_DENIED"})


def _not_set(code: str, index: int | None, message: str, field: str = "") -> View:
    path = ["metafields"] if index is None else ["metafields", str(index), field]
    error = {"code": code, "elementIndex": index, "field": path, "message": message}
    return {
        "__typename": "MetafieldsSetPayload",
        "metafields": None,
        "userErrors": [{"__typename": "MetafieldsSetUserError", **error}],
    }


def _error(field: list[str], message: str) -> View:
    return {"__typename": "UserError", "field": field, "message": message}
