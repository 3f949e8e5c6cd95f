"""Required scopes: Shopify's own table says what a field, and the type it returns, ask for."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, get_named_type

from sandbox.shopify.registry import Ctx
from sandbox.wire import schema


def demand(ctx: Ctx, info: GraphQLResolveInfo[Ctx]) -> None:
    """Check a field and the type it is declared to return. Raises GraphQLError (ACCESS_DENIED)."""
    kind = get_named_type(info.return_type).name
    kind = kind.removesuffix("Connection") if kind.endswith("Connection") else kind
    _check(ctx, info, f"{info.parent_type.name}.{info.field_name}")
    _check(ctx, info, kind)


def demand_kinds(ctx: Ctx, info: GraphQLResolveInfo[Ctx], value: Any) -> None:
    """Behind an interface or a union it is the object found that counts: ``node(id:)`` is no way around a scope."""
    for found in value if isinstance(value, list) else [value]:
        if isinstance(found, dict):
            _check(ctx, info, found["__typename"])


def _check(ctx: Ctx, info: GraphQLResolveInfo[Ctx], name: str) -> None:
    sentence, groups = schema.load(ctx.version).access.get(name, ("", []))
    if all(_granted(ctx.scopes, group) for group in groups):
        return
    raise GraphQLError(
        f"Access denied for {info.field_name} field. Required access: {sentence}",
        extensions={
            "code": "ACCESS_DENIED",
            "documentation": "https://shopify.dev/api/usage/access-scopes",
            "requiredAccess": sentence,
        },
    )


def _granted(scopes: frozenset[str], alternatives: frozenset[str]) -> bool:
    """Shopify docs (access scopes): a write scope includes the read scope of the same name."""
    return any(s in scopes or s.replace("read_", "write_", 1) in scopes for s in alternatives)
