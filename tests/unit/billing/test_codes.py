"""Our tables of Shopify's words, held against Shopify's own schema."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from shopify_app.gateways.shopify.attempts import TREATMENTS, Treatment, treatment
from shopify_app.gateways.shopify.decline_codes import CODES, Decline, decline_of

SCHEMA = (
    Path(__file__).resolve().parents[3]
    / "node_modules"
    / "@shopify"
    / "dev-mcp"
    / "dist"
    / "data"
    / "admin_2026-10.json.gz"
)


@pytest.fixture(scope="module")
def enums() -> dict[str, set[str]]:
    with gzip.open(SCHEMA) as file:
        types = json.load(file)["data"]["__schema"]["types"]
    return {kind["name"]: {value["name"] for value in kind["enumValues"]} for kind in types if kind["kind"] == "ENUM"}


def test_every_decline_code_of_the_schema_has_a_class(enums: dict[str, set[str]]) -> None:
    assert set(CODES) == enums["SubscriptionBillingAttemptErrorCode"]
    assert len(CODES) == 59


def test_every_synchronous_refusal_of_the_schema_has_a_treatment(enums: dict[str, set[str]]) -> None:
    assert set(TREATMENTS) == enums["BillingAttemptUserErrorCode"]


def test_only_inventory_errors_are_classed_as_inventory(enums: dict[str, set[str]]) -> None:
    ours = {code for code, decline in CODES.items() if decline is Decline.INVENTORY}
    assert ours == enums["SubscriptionBillingAttemptInventoryErrorCode"]


def test_a_code_from_the_future_is_a_soft_decline_and_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    assert decline_of("CARD_EATEN_BY_DOG") is Decline.SOFT
    assert "unknown decline code" in caplog.text
    assert treatment("SOMETHING_NEW") is Treatment.OUR_BUG


def test_codes_are_read_in_lower_case_too() -> None:
    assert decline_of("insufficient_funds") is Decline.SOFT
    assert decline_of("expired_card") is Decline.PAYMENT_METHOD
