"""The catalogue: names that never change, and examples that are what the schemas say."""

from __future__ import annotations

import re
import string

import pytest
from jsonschema import Draft202012Validator

from shopify_app.channels.klaviyo.catalogue import METRICS
from shopify_app.channels.klaviyo.events.told import EVENTS, Event
from shopify_app.channels.klaviyo.kinds import TELLINGS
from shopify_app.channels.klaviyo.phrases import FALLBACK, PHRASES
from shopify_app.channels.klaviyo.profile import PROFILE
from tests.support.events import faults

FROZEN = {
    "subscription.started": "Started Subscription",
    "subscription.paused": "Paused Subscription",
    "subscription.resumed": "Resumed Subscription",
    "subscription.cancelled": "Cancelled Subscription",
    "subscription.expired": "Expired Subscription",
    "subscription.withdrawn": "Withdrawn Subscription",
    "order.upcoming": "Upcoming Subscription Order",
    "order.changed": "Changed Upcoming Order",
    "delivery.upcoming": "Upcoming Subscription Delivery",
    "delivery.changed": "Changed Upcoming Delivery",
    "subscription.reactivated": "Reactivated Subscription",
    "order.skipped": "Skipped Subscription Order",
    "order.unskipped": "Unskipped Subscription Order",
    "order.moved": "Rescheduled Subscription Order",
    "subscription.item_swapped": "Swapped Subscription Item",
    "subscription.item_added": "Added Subscription Item",
    "subscription.item_removed": "Removed Subscription Item",
    "subscription.quantity_changed": "Changed Subscription Quantity",
    "subscription.frequency_changed": "Changed Subscription Frequency",
    "subscription.address_changed": "Changed Subscription Address",
    "order.processed": "Processed Subscription Order",
    "payment.failed": "Subscription Charge Failed",
    "payment.action_required": "Subscription Payment Action Required",
    "payment.recovered": "Subscription Charge Recovered",
    "payment.exhausted": "Subscription Payment Exhausted",
    "payment_method.expiring": "Payment Method Expiring",
    "payment_method.updated": "Payment Method Updated",
    "payment_method.removed": "Payment Method Removed",
    "stock.low": "Subscription Item Low Stock",
    "stock.out": "Subscription Item Out Of Stock",
    "stock.substituted": "Substituted Subscription Item",
    "stock.delayed": "Delayed Subscription Order",
    "stock.partially_filled": "Partially Filled Subscription Order",
    "stock.back": "Subscription Item Back In Stock",
    "stock.discontinued": "Subscription Item Discontinued",
}
"""Merchants' flows hang on these names. Add to them; never change one."""
FROZEN_PROPERTIES = """
AddedItems AddedItemsText AffectedSubscriptionCount AffectedSubscriptionIds AffectedSubscriptionsText
AfterChargeDate AfterChargeDateISO AfterDeliveryFrequencyText AfterFrequencyText AfterItems AfterItemsText
AfterOrderTotal AfterOrderTotalAmount AfterSkipped Alternatives AlternativesText AttemptNumber Attempts
AttemptsLeft Available BeforeChargeDate BeforeChargeDateISO BeforeDeliveryDate BeforeDeliveryDateISO
BeforeDeliveryFrequencyText BeforeFrequencyText BeforeItems BeforeItemsText BeforeOrderTotal
BeforeOrderTotalAmount BeforeSkipped CancelledDate CancelledDateISO CardBrand CardExpires CardExpiresISO
CardLast4 ChangedBy ChangedByText ChangedItems ChangedItemsText Changes ChangesText ChargeDate
ChargeDateISO Choices ChooseRestUrl ChooseSkipUrl ChooseSubstituteUrl ChooseWaitUrl ConfirmUrl
ContractMadeDate Currency CycleIndex DaysUntilCharge DaysUntilDelivery DaysUntilExpiry DefaultAction
DefaultAt DefaultAtISO DefaultText DelayOneWeekUrl DelayTwoWeeksUrl DeliveryCount DeliveryDate
DeliveryDateISO DeliveryFrequencyText DeliveryNumber DeliveryText EditableUntil EditableUntilISO ErrorCode
ExpectedBackDate ExpectedBackDateISO ExpiredDate ExpiredDateISO ExpiresDate ExpiresDateISO FailureKind
FailureText FallbackSent FinalAction FinalDate FinalDateISO FinalText FrequencyCount FrequencyText
FrequencyUnit FulfillmentOrderId IsPrepaid ItemCount ItemImageURL ItemName ItemProductID ItemQuantity
ItemSKU ItemText ItemVariantID ItemVariantTitle Items LateNotice LeadDays Locale ManageUrl NextChargeDate
NextChargeDateISO NextChargeTotal NextChargeTotalAmount NextRetryDate NextRetryDateISO OrderId OrderName
OrderTotal OrderTotalAmount OrdersCompleted OriginOrderId PaidDate PaidDateISO PausedDate PausedDateISO
PaymentMethod ProductNames ReactivatedDate ReactivatedDateISO RemovedItems RemovedItemsText ReplacementText
ResumeDate ResumeDateISO ResumedDate ResumedDateISO RunsOutDate RunsOutDateISO SKUs SchemaVersion
ShippingCity ShippingCountry ShopDomain ShopName SkipUrl StartDate StartDateISO Status StatusText
SubscriptionId Test UnskipUrl UpdatePath UpdatePaymentUrl UpdateReason WhatNextText WithdrawnAt
WithdrawnAtISO
"""
by_name = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.slug)


def test_names_are_frozen_and_unique() -> None:
    assert METRICS == FROZEN
    assert len(set(METRICS.values())) == len(METRICS)
    assert set(TELLINGS) == set(METRICS)


def test_no_property_is_renamed() -> None:
    assert sorted({one.name for event in EVENTS for one in event.properties}) == FROZEN_PROPERTIES.split()


@by_name
def test_every_schema_is_one_and_its_examples_are_valid(event: Event) -> None:
    Draft202012Validator.check_schema(event.schema())
    assert faults(event.name, event.example()) == []
    assert faults(event.name, event.example(sparse=True)) == []
    assert faults(event.name, event.example() | {"Test": True}) == []


@by_name
def test_a_schema_refuses_what_is_missing_unknown_or_of_another_kind(event: Event) -> None:
    good = event.example()
    assert faults(event.name, good | {"Unknown": 1})
    assert faults(event.name, good | {"ShopName": ""})
    assert faults(event.name, {name: value for name, value in good.items() if name != "Locale"})
    assert faults(event.name, good | {"Items": [good["Items"][0] | {"ImageURL": "/relative.png"}]})


@by_name
def test_each_property_is_named_once_and_reached_without_lookup(event: Event) -> None:
    names = [one.name for one in event.properties]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) for name in names)
    assert event.fires.endswith(".")


def test_every_language_has_every_phrase_with_the_same_places() -> None:
    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for language, phrases in PHRASES.items():
        assert phrases.keys() == PHRASES[FALLBACK].keys(), language
        for name, text in phrases.items():
            assert places(text) == places(PHRASES[FALLBACK][name]), f"{language} {name}"


def test_profile_properties_are_described_by_example() -> None:
    for one in PROFILE:
        Draft202012Validator(one.described()).validate(one.example)
