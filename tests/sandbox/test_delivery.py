"""Where a contract goes and by what: partial input, needed fields, and the options of an address."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.testing import SandboxServer
from tests.sandbox.test_drafts import COMMIT, Drafting, codes

UPDATE = """mutation($draft: ID!, $input: SubscriptionDraftInput!) { subscriptionDraftUpdate(
  draftId: $draft, input: $input) { userErrors { code field } } }"""
OPTIONS = """query($draft: ID!, $to: MailingAddressInput) { subscriptionDraft(id: $draft) {
  deliveryOptions(deliveryAddress: $to) { __typename
    ... on SubscriptionDeliveryOptionResultFailure { message }
    ... on SubscriptionDeliveryOptionResultSuccess { deliveryOptions {
      ... on SubscriptionShippingOption { title code price { amount } } } } } } }"""
METHOD = """query($id: ID!) { subscriptionContract(id: $id) { deliveryMethod {
  ... on SubscriptionDeliveryMethodShipping { shippingOption { title code }
    address { address1 address2 city province provinceCode zip country countryCodeV2 lastName } } } } }"""
BERLIN = {"lastName": "Marsh", "address1": "Torstr. 1", "city": "Berlin", "countryCode": "DE", "zip": "10119"}


@pytest.fixture
def drafting(sandbox: SandboxServer) -> Drafting:
    return Drafting(sandbox)


def send(drafting: Drafting, shipping: dict[str, Any]) -> list[dict[str, Any]]:
    """What is wrong with a shipping method; it is committed if nothing is."""
    draft = drafting.open()
    wrong = drafting.ask(UPDATE, draft=draft, input={"deliveryMethod": {"shipping": shipping}})["userErrors"]
    if not wrong:
        assert codes(drafting.ask(COMMIT, draft=draft)) == []
    return wrong


def method(drafting: Drafting) -> dict[str, Any]:
    return drafting.ask(METHOD, id=drafting.id)["deliveryMethod"]  # type: ignore[no-any-return]


def test_what_is_left_out_or_null_stays_as_it_was(drafting: Drafting) -> None:
    assert send(drafting, {"shippingOption": {"title": "Express", "code": "express"}}) == []
    seen = method(drafting)
    assert seen["shippingOption"] == {"title": "Express", "code": "express"}
    assert seen["address"]["address1"] == "12 Elm Street"
    assert send(drafting, {"address": {"address2": "Flat 4"}}) == []
    assert send(drafting, {"address": {"address2": None, "zip": "04102"}}) == []
    seen = method(drafting)["address"]
    assert (seen["address1"], seen["address2"], seen["zip"]) == ("12 Elm Street", "Flat 4", "04102")
    assert send(drafting, {"address": {"address2": "", **BERLIN, "provinceCode": ""}}) == []
    seen = method(drafting)
    assert (seen["address"]["address2"], seen["address"]["country"], seen["address"]["provinceCode"]) == (
        None,
        "Germany",
        None,
    )
    assert seen["shippingOption"]["title"] == "Express"


@pytest.mark.parametrize("name", ["lastName", "address1", "city", "zip", "provinceCode"])
def test_what_an_address_needs(drafting: Drafting, name: str) -> None:
    field = ["input", "deliveryMethod", "shipping", "address", name]
    assert send(drafting, {"address": {name: ""}}) == [{"code": "BLANK", "field": field}]


def test_options_are_worked_out_first_and_follow_the_address(drafting: Drafting) -> None:
    draft = drafting.open()

    def options(**to: Any) -> dict[str, Any] | None:
        return drafting.ask(OPTIONS, draft=draft, to=to or None)["deliveryOptions"]  # type: ignore[no-any-return]

    assert options() is None
    at_home = options()
    assert at_home and [o["title"] for o in at_home["deliveryOptions"]] == ["Standard", "Express"]
    abroad = options(countryCode="DE")
    assert abroad and abroad["deliveryOptions"] == [
        {"title": "International", "code": "international", "price": {"amount": "19.0"}}
    ]
    nowhere = options(countryCode="KP")
    assert nowhere and nowhere["__typename"] == "SubscriptionDeliveryOptionResultFailure"
    drafting.sandbox.world.faults.set({"harder": {"delivery_options_are_pending": False}})
    assert drafting.ask(OPTIONS, draft=drafting.open(), to=None)["deliveryOptions"] is not None
    assert drafting.sandbox.world.of("contracts", SHOP).all()[0]["delivery"]["title"] == "Standard"
