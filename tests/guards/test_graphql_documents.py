"""Every document we send is valid on the API version we send it to; what Shopify is about to drop is reported."""

from __future__ import annotations

import gzip
import json
import re
import warnings
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    Visitor,
    build_client_schema,
    parse,
    validate,
    visit,
)

from shopify_app.config import DEFAULTS
from shopify_app.gateways.shopify.documents import operation
from tests.guards.source import APP, ROOT

FOLDER = APP / "gateways" / "shopify" / "operations"
OPERATIONS = sorted(path.stem for path in FOLDER.glob("*.graphql"))
FRAGMENTS = sorted((FOLDER / "fragments").glob("*.graphql"))
SPREAD = re.compile(r"\.\.\.([A-Z]\w+)")
VERSION = DEFAULTS["SHOPIFY_API_VERSION"]


@cache
def schema(version: str) -> GraphQLSchema:
    path = ROOT / "node_modules" / "@shopify" / "dev-mcp" / "dist" / "data" / f"admin_{version}.json.gz"
    document = json.loads(gzip.decompress(path.read_bytes()))
    return build_client_schema(document["data"], assume_valid=True)


def sent(name: str) -> DocumentNode:
    """The document as the client sends it, fragments and all."""
    return parse(operation(name))


@pytest.mark.parametrize("name", OPERATIONS)
def test_document_is_valid_and_uses_nothing_deprecated(name: str) -> None:
    assert validate(schema(VERSION), sent(name)) == []
    assert validate(schema(VERSION), sent(name), [NoDeprecatedCustomRule]) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_file_holds_one_operation_named_after_it(name: str) -> None:
    (only,) = parse((FOLDER / f"{name}.graphql").read_text()).definitions
    assert isinstance(only, OperationDefinitionNode) and only.name and only.name.value == name


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.stem)
def test_a_file_holds_one_fragment_named_after_it(path: Path) -> None:
    (only,) = parse(path.read_text()).definitions
    assert isinstance(only, FragmentDefinitionNode) and only.name.value == path.stem


def test_each_fragment_is_spread_more_than_once() -> None:
    """What is asked for in one place alone is easier read where it stands."""
    spreads = Counter(name for path in FOLDER.rglob("*.graphql") for name in _spreads(path))
    # documents of many aliases are put together in Python
    spreads.update(name for path in FOLDER.parent.glob("*.py") for name in SPREAD.findall(path.read_text()))
    assert FRAGMENTS and [path.stem for path in FRAGMENTS if spreads[path.stem] < 2] == []


def _spreads(path: Path) -> list[str]:
    names: list[str] = []

    class Finder(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            names.append(node.name.value)

    visit(parse(path.read_text()), Finder())
    return names


def test_what_the_next_version_drops_is_reported() -> None:
    """A warning, not a failure: `unstable` may change back, but the reader of the test run sees it coming."""
    coming = [
        f"{name}: {error.message}"
        for name in OPERATIONS
        for rules in (None, [NoDeprecatedCustomRule])
        for error in validate(schema("unstable"), sent(name), rules)
    ]
    for line in coming:
        warnings.warn(f"on the unstable API: {line}", stacklevel=1)
    assert OPERATIONS, "no operation found: the guard would guard nothing"
