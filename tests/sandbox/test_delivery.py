"""Where a contract goes and by what: partial input, needed fields, and the options of an address."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.seeds.tiny import SHOP
from sandbox.shopify import shops, stock
from sandbox.shopify.registry import gid
from sandbox.testing import SandboxServer
from tests.sandbox.test_drafts import COMMIT, Drafting, codes

UPDATE = """mutation($draft: ID!, $input: SubscriptionDraftInput!) { subscriptionDraftUpdate(
  draftId: $draft, input: $input) { userErrors { code field } } }"""
OPTIONS = """query($draft: ID!, $to: MailingAddressInput) { subscriptionDraft(id: $draft) {
  deliveryOptions(deliveryAddress: $to) { __typename
    ... on SubscriptionDeliveryOptionResultFailure { message }
    ... on SubscriptionDeliveryOptionResultSuccess { deliveryOptions {
      ... on SubscriptionShippingOption { title code price { amount } } } } } } }"""
METHOD = """query($id: ID!) { subscriptionContract(id: $id) { deliveryMethod { __typename
  ... on SubscriptionDeliveryMethodShipping { shippingOption { title code }
    address { address1 address2 city province provinceCode zip country countryCodeV2 lastName } }
  ... on SubscriptionDeliveryMethodLocalDelivery { localDeliveryOption { title code phone instructions }
    address { address1 city } }
  ... on SubscriptionDeliveryMethodPickup { pickupOption { title code location { id name } } } } } }"""
ALL_OPTIONS = """query($draft: ID!, $to: MailingAddressInput) { subscriptionDraft(id: $draft) {
  deliveryOptions(deliveryAddress: $to) { ... on SubscriptionDeliveryOptionResultSuccess { deliveryOptions {
      __typename
      ... on SubscriptionShippingOption { code price { amount } }
      ... on SubscriptionLocalDeliveryOption { code price { amount } phoneRequired }
      ... on SubscriptionPickupOption { code price { amount } pickupTime location { name } } } } } } }"""
BERLIN = {"lastName": "Marsh", "address1": "Torstr. 1", "city": "Berlin", "countryCode": "DE", "zip": "10119"}


@pytest.fixture
def drafting(sandbox: SandboxServer) -> Drafting:
    return Drafting(sandbox)


def send(drafting: Drafting, shipping: dict[str, Any]) -> list[dict[str, Any]]:
    """What is wrong with a shipping method; it is committed if nothing is."""
    return send_method(drafting, shipping=shipping)


def send_method(drafting: Drafting, **given: Any) -> list[dict[str, Any]]:
    """The same for any delivery method."""
    draft = drafting.open()
    wrong = drafting.ask(UPDATE, draft=draft, input={"deliveryMethod": given})["userErrors"]
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


def wrong(drafting: Drafting, **given: Any) -> list[tuple[str, str]]:
    return [(error["code"], error["field"][-1]) for error in send_method(drafting, **given)]


def test_local_delivery_needs_a_phone_and_an_address_of_its_own(drafting: Drafting) -> None:
    option = {"title": "Van", "code": "van", "phone": "+12075550100"}
    assert wrong(drafting) == []  # nothing was given: nothing changes
    both = {"pickup": {"pickupOption": {"locationId": gid("Location", 1)}}, "shipping": {}}
    assert wrong(drafting, **both) == [("INVALID", "deliveryMethod")]
    assert wrong(drafting, localDelivery={"address": BERLIN}) == [
        ("MISSING_LOCAL_DELIVERY_OPTIONS", "localDeliveryOption")
    ]
    for phone, code in (("2075550100", "INVALID"), ("", "BLANK")):
        given = {"address": BERLIN, "localDeliveryOption": {**option, "phone": phone}}
        assert wrong(drafting, localDelivery=given) == [(code, "phone")]
    assert wrong(drafting, localDelivery={"localDeliveryOption": option}) == [("BLANK", "address")]
    assert send_method(drafting, localDelivery={"localDeliveryOption": option, "address": BERLIN}) == []
    assert send_method(drafting, localDelivery={"address": {"city": "Potsdam"}}) == []  # the rest stays
    assert method(drafting) == {
        "__typename": "SubscriptionDeliveryMethodLocalDelivery",
        "localDeliveryOption": {**option, "instructions": None},
        "address": {"address1": "Torstr. 1", "city": "Potsdam"},
    }
    assert wrong(drafting, shipping={"shippingOption": {"title": "Standard"}}) == [("BLANK", "address")]
    assert send(drafting, {"address": BERLIN}) == []
    assert method(drafting)["address"]["city"] == "Berlin"


def test_pickup_needs_a_place_that_is_there_and_has_no_address(drafting: Drafting) -> None:
    with drafting.sandbox.world.locked():
        place = stock.create_location(drafting.sandbox.world, SHOP, "Elm Street")
    assert wrong(drafting, pickup={}) == [("BLANK", "pickupOption")]
    assert wrong(drafting, pickup={"pickupOption": {"locationId": gid("Location", 99)}}) == [
        ("INVALID", "locationId")
    ]
    option = {"locationId": gid("Location", place["id"]), "title": "Pickup"}
    assert send_method(drafting, pickup={"pickupOption": option}) == []
    assert method(drafting) == {
        "__typename": "SubscriptionDeliveryMethodPickup",
        "pickupOption": {
            "title": "Pickup",
            "code": None,
            "location": {"id": option["locationId"], "name": "Elm Street"},
        },
    }
    with drafting.sandbox.world.locked():
        shops.update(drafting.sandbox.world, SHOP, pickup={"price": None}, local_delivery={"city": "x", "price": "3"})
    draft = drafting.open()

    def ways(**to: Any) -> list[dict[str, Any]]:
        return drafting.ask(ALL_OPTIONS, draft=draft, to=to or None)["deliveryOptions"]["deliveryOptions"]  # type: ignore[no-any-return]

    drafting.sandbox.world.faults.set({"harder": {"delivery_options_are_pending": False}})
    assert [(way["code"], way["price"], way["location"]["name"]) for way in ways()] == [
        ("pickup", None, "Roastery"),
        ("pickup", None, "Elm Street"),
    ]
    assert [way["code"] for way in ways(countryCode="US", city="x")] == [
        "standard",
        "express",
        "van",
        "pickup",
        "pickup",
    ]
