"""Every document we send is valid on the API version we send it to; what Shopify is about to drop is reported."""

from __future__ import annotations

import gzip
import json
import warnings
from functools import cache

import pytest
from graphql import GraphQLSchema, NoDeprecatedCustomRule, build_client_schema, parse, validate

from shopify_app.config import DEFAULTS
from tests.guards.source import APP, ROOT

OPERATIONS = sorted((APP / "gateways" / "shopify" / "operations").glob("*.graphql"))
VERSION = DEFAULTS["SHOPIFY_API_VERSION"]


@cache
def schema(version: str) -> GraphQLSchema:
    path = ROOT / "node_modules" / "@shopify" / "dev-mcp" / "dist" / "data" / f"admin_{version}.json.gz"
    document = json.loads(gzip.decompress(path.read_bytes()))
    return build_client_schema(document["data"], assume_valid=True)


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_document_is_valid_and_uses_nothing_deprecated(path):
    document = parse(path.read_text())
    assert validate(schema(VERSION), document) == []
    assert validate(schema(VERSION), document, [NoDeprecatedCustomRule]) == []


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_document_is_named_after_its_file(path):
    names = [
        definition.name.value
        for definition in parse(path.read_text()).definitions
        if getattr(definition, "operation", None)
    ]
    assert names == [path.stem]


def test_what_the_next_version_drops_is_reported():
    """A warning, not a failure: `unstable` may change back, but the reader of the test run sees it coming."""
    coming = [
        f"{path.stem}: {error.message}"
        for path in OPERATIONS
        for rules in (None, [NoDeprecatedCustomRule])
        for error in validate(schema("unstable"), parse(path.read_text()), rules)
    ]
    for line in coming:
        warnings.warn(f"on the unstable API: {line}", stacklevel=1)
    assert OPERATIONS, "no operation found: the guard would guard nothing"
