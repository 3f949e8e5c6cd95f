"""shopify.app.toml against Shopify's own schema: Shopify's CLI accepts unknown topics and scopes without a word."""

from __future__ import annotations

import gzip
import json
import tomllib

from shopify_app import topics
from tests.guards.source import ROOT
from tests.guards.test_graphql_documents import VERSION, schema

DOCUMENT = tomllib.loads((ROOT / "shopify.app.toml").read_text())
SUBSCRIPTIONS = DOCUMENT["webhooks"]["subscriptions"]
COMPLIANCE = {"customers/data_request", "customers/redact", "shop/redact"}
# Read in Shopify's own CLI; a type it does not know is dropped without an error.
EXTENSION_TYPES = {"theme", "ui_extension", "flow_trigger", "flow_action", "flow_template", "function"}
EXTENSION_TYPES |= {"web_pixel_extension", "admin_link", "subscription_link_extension"}
# Scopes of the Customer Account API have no table in the Admin schema (Shopify docs: access scopes).
CUSTOMER_SCOPES = {
    "customer_read_customers",
    "customer_write_customers",
    "customer_read_orders",
    "customer_read_own_subscription_contracts",
    "customer_write_own_subscription_contracts",
}

# No field of the schema asks for these (Shopify docs: access scopes; app proxies): orders beyond 60 days, the proxy.
WITHOUT_FIELD = {"read_all_orders", "write_app_proxy"}


def _topics() -> list[str]:
    return [topic for each in SUBSCRIPTIONS for topic in each.get("topics", [])]


def _enum(topic: str) -> str:
    return topic.replace("/", "_").upper()


def _known_scopes() -> set[str]:
    path = ROOT / "node_modules" / "@shopify" / "dev-mcp" / "dist" / "data" / f"admin_{VERSION}.json.gz"
    table = json.loads(gzip.decompress(path.read_bytes()))["offline_scopes"]["items"]
    return {scope for row in table for scope in row["offlineScopes"]} | WITHOUT_FIELD


def test_every_topic_exists():
    known = set(schema(VERSION).type_map["WebhookSubscriptionTopic"].values)
    assert _topics() and {_enum(topic) for topic in _topics()} <= known


def test_compliance_topics_are_subscribed():
    assert {topic for each in SUBSCRIPTIONS for topic in each.get("compliance_topics", [])} == COMPLIANCE


def test_every_topic_has_a_handler_and_every_handler_a_topic():
    assert set(topics.HANDLERS) == set(_topics()) | COMPLIANCE


def test_no_topic_is_subscribed_twice():
    assert len(_topics()) == len(set(_topics()))


def test_every_scope_exists():
    asked = {scope.strip() for scope in DOCUMENT["access_scopes"]["scopes"].split(",")}
    assert asked and asked - CUSTOMER_SCOPES <= _known_scopes()


def test_api_version_is_the_one_we_validate_against():
    assert DOCUMENT["webhooks"]["api_version"] == VERSION


def test_install_is_managed_by_shopify():
    assert DOCUMENT["embedded"] is True
    assert DOCUMENT["access_scopes"].get("use_legacy_install_flow", False) is False


def test_every_extension_has_a_type_shopify_knows():
    for path in (ROOT / "extensions").glob("*/shopify.extension.toml"):
        document = tomllib.loads(path.read_text())
        kinds = [each["type"] for each in document.get("extensions", [])] or [document["type"]]
        assert set(kinds) <= EXTENSION_TYPES, path
