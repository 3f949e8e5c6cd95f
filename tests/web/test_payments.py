"""The Payments page: failed charges by who can help, what comes next in words, figures, and who is at risk."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import event, select

from shopify_app.dunning.models import DunningCase
from shopify_app.fulfillment import take
from shopify_app.journal.models import Fact
from shopify_app.web import language
from tests.web import rows
from tests.web.conftest import NOW, Admin

DAY = timedelta(days=1)
KINDS: list[dict[str, Any]] = [
    {
        "decline": "already_paid",
        "code": "INVOICE_ALREADY_PAID",
        "next_step": "person",
        "parked_reason": "Look here.",
    },
    {"decline": "merchant", "code": "MERCHANT_ACCOUNT_ERROR", "next_step": "remind"},
    {"decline": "soft", "code": "INSUFFICIENT_FUNDS", "next_step": "retry"},
    {"decline": "inventory", "code": "INSUFFICIENT_INVENTORY", "next_step": "retry"},
    {"decline": "transient", "code": "PROCESSING_ERROR", "next_step": "retry"},
]
HEADINGS = [
    "Waits for your decision",
    "You can mend it",
    "The shopper can mend it",
    "Waits for stock",
    "Passes by itself",
]


def _plant(admin: Admin, kinds: list[dict[str, Any]], first: int = 1) -> None:
    with admin.context.db.session() as session:
        for number, kind in enumerate(kinds, first):
            who = rows.shopper(session, admin.shop_id, number, first_name=f"Shopper{number}")
            card = rows.card(session, admin.shop_id, number)
            contract = rows.contract(
                session, admin.shop_id, number, customer_gid=who.shopify_gid, payment_method_gid=card.shopify_gid
            )
            rows.case(session, contract, at=NOW - DAY, **({"next_step_at": NOW + DAY} | kind))


def _words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.split('id="page"')[-1]))


def _cases(admin: Admin) -> list[DunningCase]:
    with admin.context.db.session() as session:
        return list(session.scalars(select(DunningCase).order_by(DunningCase.id)))


def test_open_cases_stand_under_who_can_help_with_what_comes_next(admin: Admin) -> None:
    _plant(admin, KINDS)
    html = admin.get("/payments").text
    parts = html.split("<s-section")
    for number, heading in enumerate(HEADINGS, 1):
        (section,) = [part for part in parts if f'heading="{heading}: 1"' in part]
        assert re.findall(r"Shopper\d", section)[0] == f"Shopper{number}", heading
        assert "$23.00" in section and "Mon, Nov 30, 2026" in section and f'href="/contracts/{number}"' in section
        assert "Retry now" in section and "Give up" in section
    words = _words(html)
    assert "Look here." in words and "Nothing is tried until you have mended it." in words
    assert (
        "The next try is on Wed, Dec 2, 2026, 9:00 AM. "
        "After 3 further tries, Perennial pauses the subscription (Tue, Dec 8)."
    ) in words
    assert "There was not enough money on the card." in words and "1 failed try since Mon, Nov 30, 2026" in words
    assert html.count("Mended? Try all again") == 1


def test_a_charge_under_way_offers_nothing_and_a_case_that_is_over_is_not_there(admin: Admin) -> None:
    _plant(admin, [{"attempt": "requested", "next_step": "look"}])
    _plant(admin, [{"state": "recovered", "closed_at": NOW, "next_step_at": None, "why_closed": "paid"}], first=2)
    html = admin.get("/payments").text
    assert "A charge is under way; its outcome appears here." in html and "Shopper2" not in html
    assert "Retry now" not in html and "Give up" not in html


def test_an_empty_page_says_what_it_is_for(admin: Admin) -> None:
    words = _words(admin.get("/payments").text)
    assert "No failed charge is open." in words and "has a way to pay" in words
    assert "No failed charge came to an end in the last 90 days." in words
    for path in ("/payments?show=stock", "/payments?show=stock&after=20261201T000000.000000_9"):
        assert re.search("No failed charge is open here|There are no more", admin.get(path).text)
    assert "None: every subscription" in admin.get("/payments/at-risk").text
    assert admin.open("/payments").status_code == 200


def test_many_are_shown_page_by_page_and_cost_no_more_questions_than_few(admin: Admin) -> None:
    _plant(admin, KINDS[2:3])
    few = _asked(admin, "/payments?show=shopper"), _asked(admin, "/payments")
    _plant(admin, KINDS[2:3] * 59, first=2)
    assert (_asked(admin, "/payments?show=shopper"), _asked(admin, "/payments")) == few
    overview = admin.get("/payments").text
    assert overview.count("Give up") == 5 * 2 and "Show all 60" in overview  # a link and its name for screen readers
    first = admin.get("/payments?show=shopper").text
    address = first.split('<s-button href="')[1].split('"')[0].replace("&amp;", "&")
    second = admin.get(address).text
    seen = [re.findall(r">(Shopper\d+)<", page) for page in (first, second)]
    assert [len(each) for each in seen] == [50, 10] and len({*seen[0], *seen[1]}) == 60
    assert "First page" in second and "Next" not in second
    for broken in ("nonsense", "1_1", "20261201T000000.000000_x"):
        assert admin.get(f"/payments?show=shopper&after={broken}").text.count("Give up") == 100


def _asked(admin: Admin, path: str) -> int:
    """How many questions a page asks the database."""
    asked: list[str] = []

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    event.listen(admin.context.db.engine, "before_cursor_execute", note)
    assert admin.get(path).status_code == 200
    event.remove(admin.context.db.engine, "before_cursor_execute", note)
    return len(asked)


def test_another_shops_cases_are_not_there(admin: Admin) -> None:
    with admin.context.db.session() as session:
        other = rows.shop(session, "other.myshopify.com")
        contract = rows.contract(session, other.id, 9)
        number = rows.case(session, contract).id
    assert "No failed charge is open." in admin.get("/payments").text
    assert "contracts/9" not in admin.get("/payments/at-risk").text
    for verb in ("retry", "give-up"):
        assert admin.get(f"/payments/{number}/{verb}").status_code == 404
        assert admin.post(f"/payments/{number}/{verb}", way="pause", number=2).status_code == 404
    admin.post("/payments/retry-all")
    assert _cases(admin)[0].state == "open" and _cases(admin)[0].next_step == "retry"


def test_it_is_asked_in_words_before_anything_is_done(admin: Admin) -> None:
    _plant(admin, KINDS[2:3])
    number = _cases(admin)[0].id
    retry = admin.get(f"/payments/{number}/retry").text
    assert "Shopper1 is charged about $23.00 at once, before taxes, with Visa ending in 4242." in retry
    assert 'name="number" value="2"' in retry and "Try the charge of Mon, Nov 30, 2026 again now?" in retry
    giving_up = admin.get(f"/payments/{number}/give-up?from=contract").text
    assert "Shopper1 is not charged $23.00 for the order of Mon, Nov 30, 2026." in giving_up
    assert 'value="pause" selected' in giving_up and "Subscription #1" in giving_up
    wrong = admin.post(f"/payments/{number}/give-up", way="person")
    assert wrong.status_code == 422 and "Choose one of the options." in wrong.text
    assert admin.post(f"/payments/{number}/retry", number="two").status_code == 409
    for junk in ("x", "0", "9" * 30, "%00"):
        assert admin.get(f"/payments/{junk}/retry").status_code == 404
    assert _cases(admin)[0].final_action is None


def test_what_the_merchant_mended_is_planned_once_and_told(admin: Admin) -> None:
    _plant(admin, [*KINDS, KINDS[1]])
    assert "Try 2 charges again?" in admin.get("/payments/retry-all").text
    answer = admin.post("/payments/retry-all")
    assert answer.status_code == 200 and "2 charges will be tried within minutes" in answer.text
    planned = [case for case in _cases(admin) if case.next_step == "card"]
    assert [(case.decline, case.next_step_at) for case in planned] == [("merchant", NOW)] * 2
    again = admin.post("/payments/retry-all")
    assert again.status_code == 409 and "Nothing is left to try" in again.text
    with admin.context.db.session() as session:
        (fact,) = session.scalars(select(Fact)).all()
    assert (fact.kind, fact.actor, fact.data) == ("payment.retries_asked_for", "merchant:42", {"cases": 2})
    assert "Trying 2 failed charges again was asked for by you or your staff." in admin.get("/settings").text


def _ended(admin: Admin) -> None:
    """Two dollars' worth of weeks: recovered after 2 and 4 days, one lost, one moved, one in euros, one long ago."""
    over = {"next_step_at": None, "next_step": None}
    kinds = [
        (12, {"state": "recovered", "closed_at": NOW - 10 * DAY, "why_closed": "paid"}),
        (6, {"state": "recovered", "closed_at": NOW - 2 * DAY, "why_closed": "paid"}),
        (5, {"state": "exhausted", "closed_at": NOW - DAY, "why_closed": "pause", "amount": Decimal(40)}),
        (5, {"state": "closed", "closed_at": NOW - DAY, "why_closed": "moved"}),
        (40, {"state": "closed", "closed_at": NOW - 35 * DAY, "why_closed": "skipped", "currency": "EUR"}),
        (200, {"state": "recovered", "closed_at": NOW - 190 * DAY, "why_closed": "paid"}),
    ]
    with admin.context.db.session() as session:
        for number, (ago, values) in enumerate(kinds, 1):
            rows.case(session, rows.contract(session, admin.shop_id, number), at=NOW - ago * DAY, **over, **values)


def test_figures_tell_what_was_recovered_and_lost_how_often_and_how_fast(admin: Admin) -> None:
    _ended(admin)
    words = _words(admin.get("/payments?days=30").text)
    assert "Recovered $46.00 Recovery rate 67% 2 of 3 Half are recovered within 3 days Lost $40.00" in words
    assert "Refused by the bank 3 2 67%" in words and "€" not in words
    words = _words(admin.get("/payments?days=90").text)
    assert "Recovery rate 50% 2 of 4" in words and "Lost $40.00 + €23.00" in words
    assert "Mon, Nov\u00a023 2 $63.00 $23.00 – $40.00" in words.replace("Nov 23", "Nov\u00a023")
    assert _words(admin.get("/payments?days=7").text) == words, "another span counts as the usual one"


RISKS: list[tuple[dict[str, Any], dict[str, Any] | None, str]] = [
    ({}, None, "No payment method"),
    ({}, {"revoked_at": NOW}, "Payment method removed"),
    ({}, {"expires_on": date(2026, 11, 30)}, "Card expired"),
    ({"next_charge_at": NOW + 20 * DAY}, {"expires_on": date(2026, 12, 20)}, "Card expires before the next charge"),
    ({"at_risk_since": NOW - DAY, "next_charge_at": NOW + 40 * DAY}, {}, "A charge failed"),
    ({"next_charge_at": NOW + 20 * DAY}, {"expires_on": date(2026, 12, 31)}, ""),
    ({"next_charge_at": NOW + 31 * DAY}, None, ""),
    ({"status": "PAUSED"}, None, ""),
]


def test_who_is_at_risk_within_thirty_days_and_why(admin: Admin) -> None:
    with admin.context.db.session() as session:
        for number, (contract, card, _) in enumerate(RISKS, 1):
            gid = rows.card(session, admin.shop_id, number, **card).shopify_gid if card is not None else None
            rows.contract(session, admin.shop_id, number, payment_method_gid=gid, **contract)
    listed = admin.get("/payments/at-risk").text.split("<s-table-row clickdelegate")
    for number, (_, _, why) in enumerate(RISKS, 1):
        mine = [row for row in listed if f'href="/contracts/{number}"' in row]
        assert len(mine) == bool(why), why
        assert not why or re.findall(r"<s-badge[^>]*>([^<]*)<", mine[0]) == [why]
    assert "5 subscriptions at risk" in admin.get("/payments").text
    german = admin.get("/payments/at-risk", **{language.HEADER: "de"}).text
    assert re.findall(r'tone="critical">([^<]*)<', german) == ["Eine Zahlung ist fehlgeschlagen"], "in every language"


def test_the_list_of_those_at_risk_has_pages(admin: Admin) -> None:
    with admin.context.db.session() as session:
        for number in range(1, 54):
            rows.contract(session, admin.shop_id, number, next_charge_at=NOW + (number // 10) * DAY)
    first = admin.get("/payments/at-risk").text
    second = admin.get(first.split('<s-button href="')[1].split('"')[0]).text
    assert [page.count("clickdelegate") for page in (first, second)] == [50, 3]
    assert "53 subscriptions" in first and "First page" in second


def test_home_the_subscription_and_the_list_point_to_what_failed(admin: Admin) -> None:
    _plant(admin, [*KINDS[1:3], {"attempt": "challenged", "decline": "shopper_action", "next_step": "final"}])
    assert "Failed charges that you can mend: 1" in admin.get("/").text
    html = admin.get("/contracts/2").text
    assert "A charge failed: $23.00 for Mon, Nov 30, 2026" in html and "The next try is on Wed, Dec 2" in html
    assert f"/payments/{_cases(admin)[1].id}/retry?from=contract" in html
    html = admin.get("/contracts/3").text
    assert "The bank asks the shopper to confirm the payment." in html and "/give-up" not in html
    assert "Unless the shopper confirms it, the decision is yours: Wed, Dec 2, 2026, 9:00 AM." in html
    with admin.context.db.session() as session:
        rows.contract(session, admin.shop_id, 9)
    listed = admin.get("/contracts?show=at_risk").text
    assert listed.count(">At risk<") == 3 and "#9<" not in listed


def test_the_journal_tells_a_failed_charge_from_its_beginning_to_its_end(admin: Admin) -> None:
    code = {"class": "soft", "code": "INSUFFICIENT_FUNDS", "expected_at": "2026-11-30T14:00:00+00:00"}
    ended = {"amount": "23.00", "currency": "USD"}
    at = {"next_step_at": "2026-12-02T14:00:00+00:00"}
    told: list[tuple[str, dict[str, Any], str]] = [
        ("at_risk", code, "The order of Mon, Nov 30, 2026 is at risk. There was not enough money on the card."),
        ("failed", code | {"quiet": True}, "The shopper is not told that the charge failed: it is not theirs"),
        ("failed", code | {"quiet": True, "ends_now": True}, "It was the last try. The shopper is told of its end"),
        ("planned", code | at | {"next_step": "retry"}, "Refused by the bank. The next try is on Wed, Dec 2, 2026"),
        ("planned", code | at | {"next_step": "final", "final": "pause"}, "Perennial pauses the subscription on Wed"),
        ("failed", code | {"attempts_left": 2}, "tell the shopper that the charge failed, 2 further tries to come."),
        ("action_required", code, "Time to ask the shopper to confirm the payment."),
        ("recovered", ended | {"days": 3}, "Recovered after 3 days: $23.00 is paid after all."),
        ("case_closed", {"why": "skipped"}, "Nothing more is tried for the failed charge: the order was skipped."),
        ("exhausted", ended | {"final_action": "pause"}, "could not be recovered. The subscription was paused."),
        ("waits_for_merchant", {"code": "TEST_MODE"}, "still waits for you to mend something. The payment"),
        ("card_changed", at, "What the charge failed for has changed, so it is tried again."),
    ]  # fmt: skip
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 7)
        for number, (kind, data, _) in enumerate(told):
            rows.fact(session, contract, f"payment.{kind}", NOW - number * DAY, data=data, actor="perennial")
        given_up = {"data": {"final_action": "skip"}, "actor": "merchant:42"}
        rows.fact(session, contract, "payment.exhausted", NOW, **given_up)
    words = _words(admin.get("/contracts/7").text)
    for kind, _, said in told:
        assert said in words, kind
    assert "The failed charge was given up by you or your staff. The order was skipped." in words
    take.drain(admin.context)
    feed = _words(admin.get("/changes?show=all&kind=at_risk").text)
    assert feed.count("Paid after all") == 1 and "Time to" not in feed
