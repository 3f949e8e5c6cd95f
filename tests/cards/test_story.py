"""The whole way, over HTTP: a card that expires is told by mail, renewed, removed; each told once, by Klaviyo too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.seeds import tiny
from sandbox.shopify import payment_methods
from tests.support.app import Story

DAY = timedelta(days=1)


def test_a_year_of_a_card_in_three_weeks(story: Story) -> None:
    grown = tiny.grow(story.world, created_at=tiny.START - 27 * DAY)
    contract = grown.contracts[0]
    with story.world.locked():
        row = story.world.of("payment_methods", grown.shop)[contract["payment_method_id"]]
        story.world.of("payment_methods", grown.shop).put({**row, "expiry_month": 12, "expiry_year": 2026})
    story.install(klaviyo=True)
    path = f"/shops/{grown.shop}/payment_methods/{contract['payment_method_id']}"

    def events() -> list[dict[str, Any]]:
        return [each for each in story.stored_events() if each["metric"].startswith("Payment Method")]

    story.advance(datetime(2026, 12, 1, 15, tzinfo=UTC), step=DAY)
    (first,) = events()
    said = first["properties"]
    assert (first["metric"], said["LeadDays"], said["DaysUntilExpiry"]) == ("Payment Method Expiring", 30, "30")
    assert (said["CardExpires"], said["CardBrand"], said["UpdatePath"]) == ("December 31, 2026", "Visa", "mail")
    assert said["AffectedSubscriptionIds"] == [str(contract["id"])] and said["NextChargeDate"] == "January 4, 2027"
    assert said["AffectedSubscriptionsText"] == "House Blend" and said["UpdatePaymentUrl"].endswith("/account")
    (mail,) = story.mails(metric="Payment Method Expiring")
    assert mail["kind"] == "mail" and "December 31, 2026" in mail["text"] and "January 4, 2027" in mail["text"]

    story.control("POST", f"{path}/update", expiry_year=2030, last_digits="7777")
    story.advance(timedelta(days=18), step=timedelta(days=18))
    assert [each["metric"].split()[-1] for each in events()] == ["Expiring", "Updated"]
    said = events()[-1]["properties"]
    assert (said["CardLast4"], said["UpdateReason"]) == ("7777", "card_updated")
    assert said["CardExpires"] == "December 31, 2030"

    # Shopify merges it into another one: no loss; that one is removed for good: a loss, told once
    with story.world.locked():
        kept = payment_methods.create(story.world, grown.shop, contract["customer_id"], last_digits="1881")["id"]
    story.control("POST", f"{path}/merge", into=kept)
    story.settle()
    assert [each["properties"].get("UpdateReason") for each in events()][-1] == "another_method"
    story.control("POST", f"/shops/{grown.shop}/payment_methods/{kept}/revoke")
    story.settle()
    assert [each["metric"].split()[-1] for each in events()] == ["Expiring", "Updated", "Updated", "Removed"]
    last = events()[-1]["properties"]
    assert (last["CardLast4"], last["UpdatePath"]) == ("1881", "account")
    page = story.open(f"/contracts/{contract['id']}").text
    assert "The payment method was removed. Charges fail until the shopper adds another." in page
