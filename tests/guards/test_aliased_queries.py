"""Documents put together at run time are as valid, and as cheap, as those in files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from graphql import NoDeprecatedCustomRule, parse, specified_rules, validate

from sandbox.wire.cost import Meter
from shopify_app.contracts import pace
from shopify_app.contracts.reconcile import CHECK_POINTS
from shopify_app.gateways.shopify import cycles
from tests.guards.test_graphql_documents import VERSION, schema

NOW = datetime(2026, 12, 1, tzinfo=UTC)
WANTED = [
    cycles.CyclesWanted(f"gid://shopify/SubscriptionContract/{n}", NOW, NOW + timedelta(1), 5) for n in range(40)
]


@pytest.mark.parametrize("extra", ["", cycles._STANDING])
def test_an_aliased_query_is_valid_and_asks_what_was_reckoned(extra: str) -> None:
    known = schema(VERSION)
    document = parse(cycles._aliased(WANTED, extra))
    assert validate(known, document, [*specified_rules, NoDeprecatedCustomRule]) == []
    values = {**cycles._variables(WANTED), "ids": [want.contract_gid for want in WANTED]}
    asked = Meter(known, document, document.definitions[0], values).requested()
    each = CHECK_POINTS if extra else 0
    assert asked <= 40 * (5 + each) <= pace.ASK
