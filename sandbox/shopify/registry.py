"""How a noun joins the Admin API: it registers its root fields and node types here.

A resolver gets the request's ``Ctx`` and the field's arguments by their schema names, and returns a *view*: a
dict with ``__typename`` and one entry per modelled field. An entry may be a function of ``(ctx, **arguments)``,
called only when the field is asked for. A field that the schema knows and a view lacks is answered with an
error, never with a silent null (``wire/graphql.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from sandbox.world import World
from sandbox.world.store import Collection, Row

View = dict[str, Any]
Resolver = Callable[..., Any]

QUERIES: dict[str, Resolver] = {}
MUTATIONS: dict[str, Resolver] = {}
NODES: dict[str, Callable[[Ctx, str], View | None]] = {}


@dataclass
class Ctx:
    """One request: whose world, which shop, what the token may do."""

    world: World
    shop: str
    scopes: frozenset[str]
    version: str

    def of(self, kind: str) -> Collection:
        """The shop's objects of one kind."""
        return self.world.of(kind, self.shop)

    @property
    def shop_row(self) -> Row:
        """The shop itself."""
        return self.world.shops[self.shop]


def query(name: str) -> Callable[[Resolver], Resolver]:
    """Register the resolver of a field of QueryRoot."""
    return _register(QUERIES, name)


def mutation(name: str) -> Callable[[Resolver], Resolver]:
    """Register the resolver of a field of Mutation."""
    return _register(MUTATIONS, name)


def node(typename: str) -> Callable[[Resolver], Resolver]:
    """Register how ``node(id:)`` finds an object of this type from the last part of its gid."""
    return _register(NODES, typename)


def _register(table: dict[str, Resolver], name: str) -> Callable[[Resolver], Resolver]:
    def keep(resolver: Resolver) -> Resolver:
        assert name not in table, f"{name} is registered twice"
        table[name] = resolver
        return resolver

    return keep


def gid(typename: str, key: object) -> str:
    """Shopify's global id."""
    return f"gid://shopify/{typename}/{key}"


def gid_key(typename: str, value: str) -> int | str:
    """The last part of a gid of this type: an int where it is numeric.

    Raises GraphQLError as Shopify does for a malformed or foreign id ("Invalid global id").
    """
    prefix = f"gid://shopify/{typename}/"
    if not value.startswith(prefix) or not value[len(prefix) :]:
        raise GraphQLError(f"Invalid global id '{value}'", extensions={"code": "INVALID_GLOBAL_ID"})
    key = value[len(prefix) :].split("?")[0]
    return int(key) if key.isascii() and key.isdigit() else key


def user_errors(typename: str, *errors: tuple[str | None, list[str] | None, str]) -> list[View]:
    """The ``userErrors`` list of a payload from (code, field, message)."""
    return [{"__typename": typename, "code": c, "field": f, "message": m} for c, f, m in errors]


@query("node")
def _node(ctx: Ctx, id: str) -> View | None:
    return _find(ctx, id)


@query("nodes")
def _nodes(ctx: Ctx, ids: list[str]) -> list[View | None]:
    # Shopify docs: input arrays hold at most 250 entries
    if len(ids) > 250:
        raise GraphQLError(f"The input array size of {len(ids)} is greater than the maximum allowed of 250.")
    return [_find(ctx, id) for id in ids]


def _find(ctx: Ctx, value: str) -> View | None:
    parts = value.split("/")
    if len(parts) != 5 or not value.startswith("gid://shopify/"):
        raise GraphQLError(f"Invalid global id '{value}'", extensions={"code": "INVALID_GLOBAL_ID"})
    if parts[3] not in NODES:
        raise GraphQLError(f"sandbox does not model node(id:) of {parts[3]}")
    return NODES[parts[3]](ctx, value)
