"""What each event says, in the shopper's language: rendered from rows, held against the schema."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.profile import PROFILE, profile_properties
from shopify_app.channels.klaviyo.render import event
from shopify_app.channels.klaviyo.shelf import fetch, for_shopper
from shopify_app.channels.klaviyo.story import Around, CannotRender
from shopify_app.contracts.models import Contract
from shopify_app.kit.db import Database
from shopify_app.links.urls import CHOICE_NAMES
from shopify_app.links.wish import CHOICES
from shopify_app.shoppers.models import Shopper
from shopify_app.shops.models import Shop
from tests.support.events import check_bodies
from tests.web import rows
from tests.web.rows import NOW

HOST = "https://perennial.rosebud.coffee"
DUE = datetime(2026, 12, 5, 14, tzinfo=UTC)
"""9:00 in New York."""
WEEK = timedelta(days=7)
ITEMS = [{"title": "House Blend", "variant_title": "250 g", "quantity": 2}]


def links(shop: Shop, contract: str, cycle: int, expires_at: datetime) -> dict[str, str]:
    names = ("SkipUrl", "UnskipUrl", "DelayOneWeekUrl", "DelayTwoWeeksUrl", "ManageUrl")
    return {name: f"{HOST}/links/{name}-{cycle}-{expires_at:%d}" for name in names}


def choices(
    shop: Shop, contract: str, cycle: int, decision: int, offered: Sequence[str], expires_at: datetime
) -> dict[str, str]:
    words = {name: CHOICES[action] for name, action in CHOICE_NAMES.items()}
    return {
        name: f"{HOST}/links/{decision}-{word}-{expires_at:%d}" for name, word in words.items() if word in offered
    }


@dataclass
class Desk:
    """A shopper's contract, and facts told about it."""

    session: Session
    shop: Shop
    shopper: Shopper
    contract: Contract

    def says(self, kind: str, *, cycle: int | None = None, backfill: bool = False, **columns: Any) -> dict[str, Any]:
        """Record a fact, render it, hold it against its schema, and return its properties."""
        return self.body(kind, cycle=cycle, backfill=backfill, **columns)["properties"]

    def body(self, kind: str, *, cycle: int | None = None, backfill: bool = False, **columns: Any) -> dict[str, Any]:
        customer = {"customer_gid": self.shopper.shopify_gid}
        fact = rows.fact(self.session, self.contract, kind, cycle_index=cycle, **(customer | columns))
        shelf = fetch(self.session, self.shop, [fact])
        body = event(self.shop, fact, Around(HOST, NOW, links, choices), shelf, backfill=backfill)
        check_bodies([body])
        return body["data"]["attributes"]


@pytest.fixture(scope="module")
def database(module_postgres_url: str) -> Iterator[Database]:
    database = Database(module_postgres_url)
    yield database
    database.close()


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    """Nothing is kept: each test's rows are rolled back."""
    with database.session() as session:
        shop = rows.shop(session)
        shopper = rows.shopper(session, shop.id, 7, email="jo@mail.coffee", first_name="Jo", locale="en")
        rows.card(session, shop.id, 1)
        contract = rows.contract(
            session,
            shop.id,
            9,
            customer_gid=shopper.shopify_gid,
            payment_method_gid="gid://shopify/CustomerPaymentMethod/1",
        )
        yield Desk(session, shop, shopper, contract)
        session.rollback()


def upcoming(**changes: Any) -> dict[str, Any]:
    return {"lead_days": 3, "due_at": DUE.isoformat(), "amount": "23.00", "currency": "USD"} | changes


def side(due_at: datetime | None = DUE, *, skipped: bool = False, amount: str = "23.00", items: Any = None) -> dict:
    return {"due_at": due_at and due_at.isoformat(), "skipped": skipped, "amount": amount, "items": items or ITEMS}


def change(desk: Desk, before: dict, after: dict, *changes: str, actor: str = "shopper:7", **data: Any) -> dict:
    data = {"lead_days": 3, "changes": list(changes), "currency": "USD", "due_at": after["due_at"]} | data
    return desk.says("order.changed", cycle=4, actor=actor, before=before, after=after, data=data)


def test_every_event_names_contract_rhythm_card_and_language(desk: Desk) -> None:
    said = desk.says("subscription.started", data={})
    assert (said["SubscriptionId"], said["Status"], said["StatusText"]) == ("9", "Active", "Active")
    assert (said["FrequencyText"], said["FrequencyUnit"], said["FrequencyCount"]) == ("Every month", "month", 1)
    assert (said["PaymentMethod"], said["CardBrand"], said["CardLast4"]) == ("Visa ending in 4242", "Visa", "4242")
    assert (said["Locale"], said["ManageUrl"]) == ("en", "https://rosebud-coffee.myshopify.com/account")
    assert said["NextChargeTotal"] == "$23.00"


def test_german_words_dates_and_money(desk: Desk) -> None:
    desk.shopper.locale, desk.contract.currency = "de-AT", "EUR"
    desk.contract.billing_policy = {"interval": "WEEK", "intervalCount": 2, "anchors": []}
    desk.contract.delivery_policy = desk.contract.billing_policy
    said = desk.says("order.upcoming", cycle=4, data=upcoming(currency="EUR", amount="1234.50"))
    assert (said["Locale"], said["FrequencyText"], said["StatusText"]) == ("de-AT", "Alle 2 Wochen", "Aktiv")
    assert said["Status"] == "Active", "filters read the same word in every language"
    assert said["ChargeDate"] == "5. Dezember 2026"
    assert said["OrderTotal"].replace("\xa0", " ") in ("€ 1.234,50", "€ 1 234,50")
    assert said["PaymentMethod"] == "Visa mit den Endziffern 4242"
    assert said["EditableUntil"].startswith("5. Dezember 2026, 09:00")


def test_other_languages_get_english_words_and_their_own_dates(desk: Desk) -> None:
    desk.shopper.locale = "fr-CA"
    said = desk.says("order.upcoming", cycle=4, data=upcoming(currency="CAD"))
    assert (said["Locale"], said["FrequencyText"]) == ("fr-CA", "Every month")
    assert said["ChargeDate"] == "5 décembre 2026"


def test_an_unknown_language_falls_back_to_the_shops(desk: Desk) -> None:
    desk.shopper.locale, desk.shop.primary_locale = "xx-YY", "de"
    assert desk.says("subscription.started", data={})["FrequencyText"] == "Jeden Monat"


@pytest.mark.parametrize(
    ("kind", "name", "status", "text"),
    [
        ("subscription.paused", "PausedDate", "PAUSED", "Paused"),
        ("subscription.resumed", "ResumedDate", "ACTIVE", "Active"),
        ("subscription.cancelled", "CancelledDate", "CANCELLED", "Cancelled"),
        ("subscription.expired", "ExpiredDate", "EXPIRED", "Ended"),
    ],
)
def test_a_change_of_status_is_told_as_it_was_then(desk: Desk, kind: str, name: str, status: str, text: str) -> None:
    desk.contract.status = "FAILED"
    said = desk.says(kind, before={"status": "ACTIVE"}, after={"status": status})
    assert (said["Status"], said["StatusText"]) == (status.capitalize(), text)
    assert (said[name], said[f"{name}ISO"]) == ("December 1, 2026", "2026-12-01T14:00:00+00:00")


def test_an_upcoming_order_says_until_when_it_can_be_changed_and_how(desk: Desk) -> None:
    said = desk.says("order.upcoming", cycle=4, data=upcoming(days_until_charge=0))
    assert (said["EditableUntil"], said["EditableUntilISO"]) == (
        "December 5, 2026, 9:00\u202fAM EST",
        DUE.isoformat(),
    )
    assert said["DaysUntilCharge"] == "0"
    assert said["SkipUrl"] == f"{HOST}/links/SkipUrl-4-05"
    assert {"DelayOneWeekUrl", "DelayTwoWeeksUrl"} <= said.keys()
    assert "UnskipUrl" not in said


@pytest.mark.parametrize(
    ("rhythm", "offered"), [(7, set()), (14, {"DelayOneWeekUrl"}), (30, {"DelayOneWeekUrl", "DelayTwoWeeksUrl"})]
)
def test_no_move_is_offered_that_would_be_refused(desk: Desk, rhythm: int, offered: set[str]) -> None:
    rows.cycle(desk.session, desk.contract, 4, DUE)
    rows.cycle(desk.session, desk.contract, 5, DUE + timedelta(days=rhythm))
    said = desk.says("order.upcoming", cycle=4, data=upcoming())
    assert {name for name in said if name.startswith("Delay")} == offered and "SkipUrl" in said
    said = change(desk, side(), side(), "items")
    assert {name for name in said if name.startswith("Delay")} == offered and "SkipUrl" in said


def test_no_link_is_made_once_the_charge_is_due(desk: Desk) -> None:
    said = desk.says("order.upcoming", cycle=4, data=upcoming(due_at=NOW.isoformat()))
    assert "SkipUrl" not in said


def test_a_moved_order_is_told_before_and_after(desk: Desk) -> None:
    said = change(desk, side(), side(DUE + WEEK), "date", days_until_charge=11)
    assert said["ChangesText"] == "The date moved from December 5, 2026 to December 12, 2026."
    assert (said["BeforeChargeDate"], said["AfterChargeDate"]) == ("December 5, 2026", "December 12, 2026")
    assert said["ChargeDateISO"] == said["AfterChargeDateISO"] == (DUE + WEEK).isoformat()
    assert (said["ChangedBy"], said["ChangedByText"]) == ("shopper", "You changed this order.")
    assert (said["OrderTotal"], said["BeforeSkipped"], said["AfterSkipped"]) == ("$23.00", False, False)
    assert said["SkipUrl"].endswith("-4-12")


def test_a_skipped_order_can_be_brought_back_until_it_would_have_been_charged(desk: Desk) -> None:
    said = change(desk, side(), side(None, skipped=True), "skipped", actor="link")
    assert (said["ChangesText"], said["ChangedBy"]) == ("This order is skipped.", "shopper")
    assert said["AfterSkipped"] is True
    assert "ChargeDate" not in said and "SkipUrl" not in said
    assert said["UnskipUrl"].endswith("-4-05")
    assert said["EditableUntilISO"] == DUE.isoformat()


def test_changed_contents_are_listed_by_whom_and_in_german(desk: Desk) -> None:
    desk.shopper.locale = "de"
    more = [*ITEMS, {"title": "Tasse", "variant_title": None, "quantity": 1}]
    said = change(desk, side(), side(amount="30.00", items=more), "items", "amount", actor="merchant:42")
    assert said["AfterItemsText"] == "2 × House Blend (250 g), 1 × Tasse"
    picture = f"{HOST}/static/no-picture.png"
    assert said["AfterItems"][1] == {"ProductName": "Tasse", "Quantity": 1, "ImageURL": picture}
    assert said["ChangesText"].replace("\xa0", " ") == (
        "Die Bestellung enthält jetzt 2 × House Blend (250 g), 1 × Tasse. "
        "Die Summe beträgt jetzt 30,00 $ statt 23,00 $."
    )
    assert said["ChangedByText"] == "Rosebud Coffee hat diese Bestellung geändert."
    assert said["OrderTotalAmount"] == 30.0


def test_a_change_by_nobody_we_know_names_nobody(desk: Desk) -> None:
    said = change(desk, side(None, skipped=True), side(), "skipped", "date", actor="shopify")
    assert said["ChangesText"] == "This order takes place after all. The new date is December 5, 2026."
    assert said["ChangedBy"] == "system" and "ChangedByText" not in said


def test_a_delivery_of_a_prepaid_contract_says_which_it_is(desk: Desk) -> None:
    desk.contract.billing_policy = {"interval": "MONTH", "intervalCount": 6, "anchors": []}
    data = {"lead_days": 3, "days_until_delivery": 3, "ships_at": "2026-12-04T05:00:00+00:00", "delivery": 2,
            "deliveries": 6, "fulfillment_order_gid": "gid://shopify/FulfillmentOrder/66"}  # fmt: skip
    said = desk.says("delivery.upcoming", cycle=4, data=data)
    assert (said["DeliveryText"], said["DeliveryDate"]) == ("Delivery 2 of 6", "December 4, 2026")
    assert (said["IsPrepaid"], said["DeliveryFrequencyText"]) == (True, "Every month")
    assert (said["FulfillmentOrderId"], said["DaysUntilDelivery"]) == ("66", "3")
    assert "SkipUrl" not in said


@pytest.mark.parametrize(
    ("decline", "code", "kind", "words"),
    [
        ("soft", "CARD_DECLINED", "shopper_can_fix", "Your bank declined the payment."),
        ("payment_method", "EXPIRED_CARD", "shopper_can_fix", "Your payment method could not be used."),
        ("address", "INVALID_SHIPPING_ADDRESS", "shopper_can_fix", "An address is missing or not valid."),
        ("transient", "PROCESSING_ERROR", "transient", "The payment could not be processed just now."),
        ("inventory", "INSUFFICIENT_INVENTORY", "stock", "Something in your order is not in stock right now."),
        ("merchant", None, "merchant_must_fix",
         "The payment could not be processed because of a problem on our side."),
        ("customer_gone", "CUSTOMER_NOT_FOUND", "merchant_must_fix",
         "The payment could not be processed because of a problem on our side."),
    ],
)  # fmt: skip
def test_a_failed_charge_says_whose_trouble_it_is(
    desk: Desk, decline: str, code: str | None, kind: str, words: str
) -> None:
    rows.cycle(desk.session, desk.contract, 4, DUE)
    data = {"class": decline, "code": code, "attempt_number": 1, "final": "pause"}
    said = desk.says("payment.failed", cycle=4, data=data)
    assert (said["FailureKind"], said["FailureText"], said.get("ErrorCode")) == (kind, words, code)
    assert (said["ChargeDate"], said["OrderTotal"], said["AttemptNumber"]) == ("December 5, 2026", "$23.00", 1)


def test_orders_are_counted_where_all_are_known(desk: Desk) -> None:
    data = {"amount": "23.00", "currency": "USD"}
    assert "OrdersCompleted" not in desk.says("order.processed", cycle=1, key="processed:9:1", data=data)
    assert desk.says("subscription.started", data={})["OrdersCompleted"] == 2
    assert desk.says("order.processed", cycle=2, key="processed:9:2", data=data)["OrdersCompleted"] == 3


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (None, f"{HOST}/static/no-picture.png"),
        ("//cdn.shopify.com/s/a.jpg", "https://cdn.shopify.com/s/a.jpg?width=600"),
        ("https://cdn.shopify.com/s/a.jpg?v=7", "https://cdn.shopify.com/s/a.jpg?v=7&width=600"),
        ("https://cdn.shopify.com/s/a.jpg?width=90", "https://cdn.shopify.com/s/a.jpg?width=90"),
        ("https://elsewhere.coffee/a.jpg", "https://elsewhere.coffee/a.jpg"),
    ],
)
def test_every_item_has_a_picture(desk: Desk, address: str | None, said: str) -> None:
    desk.contract.lines[0].image_url = address
    assert desk.says("subscription.started", data={})["Items"][0]["ImageURL"] == said


def test_an_event_carries_the_profile_as_it_is_now(desk: Desk) -> None:
    profile = desk.body("subscription.started", data={}, backfill=True)["profile"]["data"]["attributes"]
    assert (profile["email"], profile["first_name"], profile["locale"]) == ("jo@mail.coffee", "Jo", "en")
    assert profile["properties"]["Next Charge Date"] == "2026-12-03T12:00:00Z"
    assert profile["properties"]["Shopify Customer ID"] == "7"


def test_a_profile_says_the_liveliest_status_the_counts_and_the_nearest_charge(desk: Desk) -> None:
    mine = {"customer_gid": desk.shopper.shopify_gid}
    desk.contract.status = "PAUSED"
    rows.contract(desk.session, desk.shop.id, 10, **mine, status="CANCELLED", next_charge_at=None)
    late = NOW + timedelta(hours=15)  # five in the morning of the next day in UTC, midnight in New York
    method = rows.card(desk.session, desk.shop.id, 2, date(2028, 3, 31))
    rows.contract(desk.session, desk.shop.id, 11, **mine, next_charge_at=late, next_charge_total=Decimal("7.5"),
                  payment_method_gid=method.shopify_gid)  # fmt: skip
    rows.contract(desk.session, desk.shop.id, 12, customer_gid="gid://shopify/Customer/8")
    said = profile_properties(desk.shop, desk.shopper, for_shopper(desk.session, desk.shop, desk.shopper))
    assert said.keys() == {one.name for one in PROFILE}
    assert said["Subscription Status"] == "Active"
    counts = [said[f"{word} Subscriptions"] for word in ("Active", "Paused", "Cancelled")]
    assert counts == [1, 1, 1]
    assert (said["Next Charge Date"], said["Next Charge Total"]) == ("2026-12-02T12:00:00Z", 7.5)
    assert said["Card Expires On"] == "2028-03-31T12:00:00Z"
    assert said["Subscription IDs"] == ["9", "11"]
    assert said["Subscribed Products"] == ["House Blend"]


def test_a_profile_without_a_coming_charge_clears_the_date(desk: Desk) -> None:
    desk.contract.status, desk.contract.next_charge_at, desk.contract.next_charge_total = "CANCELLED", None, None
    said = profile_properties(desk.shop, desk.shopper, for_shopper(desk.session, desk.shop, desk.shopper))
    assert said["Subscription Status"] == "Cancelled"
    assert [said[name] for name in ("Next Charge Date", "Next Charge Total", "Card Expires On")] == [None, None, None]
    assert said["Subscribed Products"] == []


def test_only_a_phone_or_nothing_at_all(desk: Desk) -> None:
    desk.shopper.email, desk.shopper.phone = None, "+1 212 555 2368"
    profile = desk.body("subscription.started", data={})["profile"]["data"]["attributes"]
    assert profile["phone_number"] == "+12125552368" and "email" not in profile
    desk.shopper.phone = "0212 555"
    with pytest.raises(CannotRender, match="neither a mail address nor a valid phone"):
        desk.body("subscription.cancelled", data={})


def test_an_acknowledgement_says_when_it_was_declared_and_not_when_it_was_confirmed(desk: Desk) -> None:
    desk.contract.status, desk.contract.withdrawn_at = "CANCELLED", datetime(2026, 11, 30, 8, 15, tzinfo=UTC)
    desk.shopper.locale = "de"
    said = desk.says("subscription.withdrawn", data={})
    assert said["WithdrawnAt"].startswith("30. November 2026, 03:15")
    assert said["WithdrawnAtISO"] == "2026-11-30T08:15:00+00:00"
    assert said["ContractMadeDate"] and said["Status"] == "Cancelled"
