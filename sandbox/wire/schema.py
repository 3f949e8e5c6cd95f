"""Shopify's own Admin schema, from the introspection that ``@shopify/dev-mcp`` publishes on npm.

The files hold ``{"data": <introspection>, "offline_scopes": {"items": [...]}}``. A schema takes 0.3 s to build
and is kept for the life of the process, with every document that was validated against it.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    build_client_schema,
    parse,
    validate,
    value_from_ast_untyped,
)

REPO = Path(__file__).resolve().parents[2]
PACKAGE = Path("node_modules/@shopify/dev-mcp/dist/data")
SCOPE = re.compile(r"`((?:unauthenticated_)?(?:read|write)_[a-z_]+)`")


class SchemaMissing(RuntimeError):
    """The introspection files are not installed."""


class Schema:
    """One version of the Admin API: types, required scopes, validated documents."""

    def __init__(self, version: str) -> None:
        with gzip.open(folder() / f"admin_{version}.json.gz") as file:
            doc = json.load(file)
        self.version = version
        # assume_valid: the published schema breaks six rules of validate_schema itself
        self.graphql: GraphQLSchema = build_client_schema(doc["data"], assume_valid=True)
        for name, coerce in SCALARS.items():
            _teach(cast(GraphQLScalarType, self.graphql.type_map[name]), coerce)
        self.access = _access(doc["offline_scopes"]["items"])
        self._checked: dict[str, DocumentNode | list[GraphQLError]] = {}

    def check(self, text: str) -> DocumentNode | list[GraphQLError]:
        """The parsed document, or what is wrong with it. Cached by text."""
        if text not in self._checked:
            if len(self._checked) > 5_000:
                self._checked.clear()
            self._checked[text] = self._parse(text)
        return self._checked[text]

    def _parse(self, text: str) -> DocumentNode | list[GraphQLError]:
        try:
            document = parse(text)
        except GraphQLError as error:
            return [error]
        return validate(self.graphql, document) or document


def folder() -> Path:
    """Where the introspection files are: ``SANDBOX_SCHEMA_DIR``, or the repo's node_modules.

    Raises SchemaMissing, with what to do.
    """
    place = Path(os.environ.get("SANDBOX_SCHEMA_DIR") or REPO / PACKAGE)
    if not next(place.glob("admin_*.json.gz"), None):
        raise SchemaMissing(f"no Shopify schema in {place}: run `npm ci` (or set SANDBOX_SCHEMA_DIR)")
    return place


@lru_cache(maxsize=1)
def versions() -> tuple[str, ...]:
    """The stable versions served, oldest first (``unstable`` is served too)."""
    names = (p.name.removeprefix("admin_").removesuffix(".json.gz") for p in folder().glob("admin_*.json.gz"))
    return tuple(sorted(n for n in names if n != "unstable"))


@lru_cache(maxsize=8)
def load(version: str) -> Schema:
    """The schema of a served version, built once per process."""
    return Schema(version)


def served(version: str) -> str | None:
    """The version that answers a request for ``version``, or None for 404.

    Shopify docs (versioning): a version that is no longer supported falls forward to the oldest supported one.
    What an invented or future version gets is not documented (doubt): 404 here.
    """
    if version == "unstable" or version in versions():
        return version
    if re.fullmatch(r"20\d\d-(01|04|07|10)", version) and version < versions()[0]:
        return versions()[0]
    return None


def _access(items: list[dict[str, Any]]) -> dict[str, tuple[str, list[frozenset[str]]]]:
    """ "Type" or "Type.field" → (Shopify's sentence, groups of which each needs one granted scope)."""
    found = {}
    for item in items:
        groups = _groups(item["requiredAccess"]) if item["offlineScopes"] else []
        if groups:
            name = item["typeName"] + (f".{item['fieldName']}" if item["type"] == "field" else "")
            found[name] = (item["requiredAccess"], groups)
    return found


def _groups(sentence: str) -> list[frozenset[str]]:
    """The table's prose: scopes joined by "or" are alternatives; "and", "as well as", "Also:" add a requirement.

    What is needed only to name another member of staff is left out: it depends on the input.
    """
    needed = re.sub(r"The app must have the `\w+` access scope to assign [^.]*", "", sentence or "")
    parts = re.split(r"\bAlso:|\band\b|\bas well as\b", needed)
    return [frozenset(found) for part in parts if (found := SCOPE.findall(part))]


def _teach(scalar: GraphQLScalarType, coerce: Callable[[Any], Any]) -> None:
    """Check a scalar's input, given as variable or written in the document; introspection knows only its name."""
    scalar.coerce_input_value = scalar.parse_value = coerce  # type: ignore[method-assign, assignment]
    scalar.coerce_input_literal = lambda node: coerce(value_from_ast_untyped(node))


def _datetime(value: Any) -> str:
    """ISO 8601 with a zone, kept as UTC text."""
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError(f"invalid DateTime '{value}'") from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC).isoformat()


def _decimal(value: Any) -> str:
    try:
        return str(Decimal(str(value)))
    except InvalidOperation:
        raise GraphQLError(f"invalid decimal '{value}'") from None


SCALARS = {"DateTime": _datetime, "Decimal": _decimal}
