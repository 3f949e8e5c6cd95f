"""What happens after a failed charge, as a merchant sets it: bounds at the field, days in words, and the usual."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from shopify_app.dunning import ladders
from shopify_app.dunning.policy import DEFAULTS, Final, Ladder
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.journal.models import Fact
from shopify_app.web.admin import ladder_words
from tests.web.conftest import Admin

NEW_YORK = ZoneInfo("America/New_York")
TODAY = datetime(2026, 12, 1, 14, tzinfo=UTC)
GOOD = {"kind": "soft", "wait_1": "2", "wait_3": "3", "wait_9": "4", "hour": "9", "patience": "0", "final": "pause"}


def _own(admin: Admin) -> ladders.Ladders:
    with admin.context.db.session() as session:
        return ladders.of(session, admin.shop_id)


def _words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def _said(decline: Decline, ladder: Ladder, at: datetime = TODAY) -> str:
    return " ".join(ladder_words.preview(decline, {**DEFAULTS, decline: ladder}, at, NEW_YORK))


def test_every_ladder_is_told_in_words_as_it_is(admin: Admin) -> None:
    words = _words(admin.get("/settings/payments").text)
    assert "Tries again on December 2, 4, 6 and 8 at 9:00 AM, then pauses the subscription." in words
    assert (
        "Tries again on December 1 at 11:00 AM, December 1 at 5:00 PM and December 2 at 5:00 PM. "
        "Whatever has not passed then is treated as “Refused by the bank”: "
        "Tries again on December 3, 5, 7 and 9 at 9:00 AM, then pauses the subscription."
    ) in words
    assert (
        "Nothing is tried until the shopper has done something; then it is tried at once. "
        "If that does not help, Perennial pauses the subscription on Tue, Dec 15, 2026, 9:00 AM."
    ) in words
    assert "Nothing is tried. Perennial leaves the decision to you at once." in words
    assert "from their next step on" in words and "Changed by you" not in words
    assert "/payments/after" in admin.get("/payments").text


def test_a_ladder_is_shown_before_it_is_saved_once_and_told(admin: Admin) -> None:
    said = "Tries again on December 3, 6 and 10 at 9:00 AM, then pauses the subscription."
    assert said in _words(admin.post("/settings/payments/preview", **GOOD).text)
    assert _own(admin) == DEFAULTS
    answer = admin.post("/settings/payments", **GOOD)
    assert answer.status_code == 200 and said in _words(answer.text) and 'data-toast="Saved"' in answer.text
    assert 'name="wait_2" label="Try 2, days" value="3"' in answer.text
    assert _own(admin)[Decline.SOFT] == Ladder((2, 3, 4))
    assert "It is like that already" in admin.post("/settings/payments", **GOOD).text
    assert "Changed by you" in admin.get("/settings/payments").text
    assert 'data-toast="As Perennial proposes it"' in admin.post("/settings/payments/usual", kind="soft").text
    assert _own(admin) == DEFAULTS
    with admin.context.db.session() as session:
        facts = session.scalars(select(Fact).order_by(Fact.id)).all()
    assert [(fact.kind, fact.actor, fact.data) for fact in facts] == [
        ("payment.ladder_changed", "merchant:42", {"class": "soft"})
    ] * len(facts)
    assert "(“Refused by the bank”) was decided anew by you or your staff." in admin.get("/settings").text


def test_what_is_out_of_bounds_is_told_at_its_field_and_changes_nothing(admin: Admin) -> None:
    for field, value, said in (
        ("wait_2", "31", "Each wait is 1 to 30 days."),
        ("wait_2", "0", "Each wait is 1 to 30 days."),
        ("wait_2", "two", "Each wait is 1 to 30 days."),
        ("hour", "24", "The hour is 0 to 23."),
        ("patience", "61", "The time for the shopper is 0 to 60 days."),
        ("patience", "", "The time for the shopper is 0 to 60 days."),
        ("final", "refund", "Choose one of the options."),
    ):
        answer = admin.post("/settings/payments", **GOOD | {field: value})
        assert answer.status_code == 422, (field, value)
        assert re.search(rf'name="{field}"[^>]*error="{re.escape(said)}"', answer.text), (field, value)
        assert answer.text.count(" error=") == 1 and 'name="wait_1" label="Try 1, days" value="2"' in answer.text
        assert said in admin.post("/settings/payments/preview", **GOOD | {field: value}).text
    hours = admin.post("/settings/payments", kind="transient", wait_1="73")
    assert "Each wait is 1 to 72 hours." in hours.text
    for kind in ("", "merchant", "nonsense"):
        assert admin.post("/settings/payments", **GOOD | {"kind": kind}).status_code == 404
        assert admin.post("/settings/payments/usual", kind=kind).status_code == 404
        assert "no such kind" in admin.post("/settings/payments/preview", kind=kind).text
        assert admin.get(f"/settings/payments?kind={kind}").status_code == 404
    assert _own(admin) == DEFAULTS


def test_each_class_asks_only_for_what_it_has(admin: Admin) -> None:
    pages = {decline: admin.get(f"/settings/payments?kind={decline.value}").text for decline in ladder_words.MEANS}
    assert set(pages) == set(DEFAULTS)
    with_waits = {decline for decline, page in pages.items() if 'name="wait_1"' in page}
    assert with_waits == {Decline.TRANSIENT, Decline.SOFT, Decline.INVENTORY}
    assert {decline for decline, page in pages.items() if 'name="final"' not in page} == {Decline.TRANSIENT}
    asked = admin.post("/settings/payments", **GOOD | {"kind": "address", "patience": "5", "final": "skip"})
    assert "Perennial skips the order on Sun, Dec 6, 2026, 9:00 AM." in _words(asked.text)
    assert _own(admin)[Decline.ADDRESS] == Ladder((), 9, 5, Final.SKIP), "waits are none of its fields"
    admin.post("/settings/payments", kind="transient", wait_1="5")
    assert _own(admin)[Decline.TRANSIENT] == Ladder((5,))


def test_the_words_keep_to_the_shops_clock_when_it_changes() -> None:
    spring, autumn = datetime(2027, 3, 12, 14, tzinfo=UTC), datetime(2027, 10, 30, 13, tzinfo=UTC)
    assert _said(Decline.SOFT, Ladder((1, 1, 1), hour=2), spring) == (
        "Tries again on March 13 at 2:00 AM, March 14 at 3:00 AM and March 15 at 2:00 AM, "
        "then pauses the subscription."
    )
    assert _said(Decline.SOFT, Ladder((1, 1)), autumn) == (
        "Tries again on October 31 and November 1 at 9:00 AM, then pauses the subscription."
    )
    assert _said(Decline.SOFT, Ladder((5,), patience=3, final=Final.CANCEL), TODAY) == (
        "Tries again on December 6 at 9:00 AM. "
        "If none of them succeeds, Perennial cancels the subscription on Wed, Dec 9, 2026, 9:00 AM."
    )
    assert _said(Decline.SOFT, Ladder(final=Final.SKIP)) == "Nothing is tried. Perennial skips the order at once."
    assert _said(Decline.INVENTORY, Ladder((1,) * 6, final=Final.PERSON), autumn) == (
        "Tries again every day from October 31 to November 5 at 9:00 AM, then leaves the decision to you."
    )
    assert _said(Decline.TRANSIENT, Ladder()).startswith("Whatever has not passed then")


def test_two_switches_say_how_customers_are_marked_while_a_payment_fails(admin: Admin) -> None:
    page = admin.get("/settings/payments").text
    assert "subscription-payment-at-risk" in page and "perennial.payment_at_risk" in page and "checked" not in page
    answer = admin.post("/settings/payments/marking", tag="1")
    assert 'data-toast="Saved"' in answer.text
    assert re.findall(r'<s-checkbox name="(\w+)"[^>]* checked', answer.text) == ["tag"]
    assert "It is like that already" in admin.post("/settings/payments/marking", tag="1").text
    assert "marked with a tag in Shopify, as was decided by you or your staff." in admin.get("/settings").text
    admin.post("/settings/payments/marking", tag="1", metafield="1")
    assert "marked with a tag and a metafield in Shopify" in admin.get("/settings").text
    admin.post("/settings/payments/marking")
    assert "not marked any more in Shopify" in admin.get("/settings").text
    assert " checked" not in admin.get("/settings/payments").text
