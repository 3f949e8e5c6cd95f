"""shopify.app.toml against Shopify's schema: the CLI does not check topics and scopes."""

from __future__ import annotations

import gzip
import json
import tomllib

import pytest
from graphql import GraphQLEnumType

from sandbox.testing import APP_TOML
from sandbox.wire import schema

TOML = tomllib.loads(APP_TOML.read_text())
SUBSCRIPTIONS = TOML["webhooks"]["subscriptions"]
COMPLIANCE = {"customers/data_request", "customers/redact", "shop/redact"}


def enum_name(topic: str) -> str:
    return topic.replace("/", "_").upper()


def test_every_topic_exists() -> None:
    kind = schema.load("2026-10").graphql.type_map["WebhookSubscriptionTopic"]
    assert isinstance(kind, GraphQLEnumType)
    topics = [topic for table in SUBSCRIPTIONS for topic in table.get("topics", [])]
    assert [topic for topic in topics if enum_name(topic) not in kind.values] == []
    assert len(topics) == len(set(topics))


def test_the_compliance_topics_are_all_there() -> None:
    assert {t for table in SUBSCRIPTIONS for t in table.get("compliance_topics", [])} == COMPLIANCE


def test_the_scopes_its_topics_need_are_asked_for() -> None:
    kind = schema.load("2026-10").graphql.type_map["WebhookSubscriptionTopic"]
    assert isinstance(kind, GraphQLEnumType)
    asked = set(TOML["access_scopes"]["scopes"].split(","))
    for table in SUBSCRIPTIONS:
        for topic in table.get("topics", []):
            needed = schema.SCOPE.findall(kind.values[enum_name(topic)].description or "")
            assert not needed or any(s in asked for s in needed), f"{topic} needs one of {needed}"


def test_every_scope_exists() -> None:
    with gzip.open(schema.folder() / "admin_2026-10.json.gz") as file:
        items = json.load(file)["offline_scopes"]["items"]
    known = {scope for item in items for scope in item["offlineScopes"]}
    # read_all_orders widens read_orders and is in no table, nor is the one that an app proxy needs (Shopify docs, app
    # proxies); write scopes stand beside their read scopes
    assert set(TOML["access_scopes"]["scopes"].split(",")) - known == {"read_all_orders", "write_app_proxy"}


@pytest.mark.parametrize("table", SUBSCRIPTIONS, ids=lambda t: t.get("name", "compliance"))
def test_shopifys_limits_on_a_subscription(table: dict) -> None:
    assert table["uri"].startswith("/webhooks")
    assert len(table.get("name", "")) <= 50
    assert "filter" not in table  # filters need a try on a real store, and the sandbox does not apply them


def test_personal_data_is_kept_out_where_it_would_come() -> None:
    for table in SUBSCRIPTIONS:
        if any(
            t.split("/")[0] in ("orders", "customers") and t != "customers/merge" for t in table.get("topics", [])
        ):
            assert table["include_fields"]
            assert not {"email", "customer", "phone", "first_name", "shipping_address"} & set(table["include_fields"])
