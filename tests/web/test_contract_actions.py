"""What a merchant can do on a subscription's page: asked first, done once, refused in words."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.models import Fact
from tests.web import rows
from tests.web.conftest import NOW, Admin

DAY = timedelta(days=1)
LATE = "Due on 2026-11-19, which is more than 7 days ago: a person decides."


def _plant(admin: Admin, **contract: object) -> None:
    with admin.context.db.session() as session:
        found = rows.contract(session, admin.shop_id, 7, **contract)
        rows.cycle(session, found, 2, NOW - 12 * DAY, parked_reason=LATE)
        rows.cycle(session, found, 3, NOW - DAY, attempted_at=NOW - DAY)
        rows.attempt(session, found, 3, "failed", error_code="INSUFFICIENT_FUNDS")
        rows.cycle(session, found, 4, NOW + 20 * DAY)
        rows.cycle(session, found, 5, None, expected_at=NOW + 50 * DAY, skipped=True)


def _contract(admin: Admin) -> Contract:
    with admin.context.db.session() as session:
        return session.scalars(select(Contract)).one()


def _cycle(admin: Admin, index: int) -> BillingCycle:
    with admin.context.db.session() as session:
        return session.scalars(select(BillingCycle).where(BillingCycle.cycle_index == index)).one()


def _facts(admin: Admin) -> list[Fact]:
    with admin.context.db.session() as session:
        return list(session.scalars(select(Fact).order_by(Fact.id)))


def _offers(html: str) -> set[str]:
    verbs = ("charge", "skip", "unskip", "release")
    return {f"{v} {n}" for v in verbs for n in range(1, 9) if f"/contracts/7/{v}?cycle={n}" in html}


def test_each_date_offers_what_may_be_done_with_it(admin: Admin):
    _plant(admin)
    html = admin.get("/contracts/7").text
    assert _offers(html) == {"release 2", "charge 2", "skip 2", "charge 3", "skip 3", "skip 4", "unskip 5"}
    assert "Failed" in html


def test_a_stopped_subscription_offers_no_charge(admin: Admin):
    _plant(admin, billing_stopped_at=NOW, billing_stopped_reason="prices")
    html = admin.get("/contracts/7").text
    assert not any(offer.startswith("charge") for offer in _offers(html))
    assert "Charging of this subscription is stopped" in html and "Prices." in html


def test_it_is_asked_in_words_before_it_is_done(admin: Admin):
    _plant(admin)
    for verb, index, said in (
        ("charge", 3, "Charge Mon, Nov 30, 2026 now?"),
        ("skip", 4, "Skip Mon, Dec 21, 2026?"),
        ("release", 2, "Due on Thu, Nov 19, 2026, which is more than 7 days ago: a person decides."),
    ):
        html = admin.get(f"/contracts/7/{verb}?cycle={index}").text
        assert said in html
    html = admin.get("/contracts/7/charge?cycle=3").text
    assert "about $23.00 at once" in html and 'name="number" value="2"' in html
    assert _facts(admin) == []


def test_a_parked_date_is_released_once(admin: Admin):
    _plant(admin)
    answer = admin.post("/contracts/7/release", cycle="2")
    assert answer.status_code == 200 and 'data-toast="Released"' in answer.text
    assert _cycle(admin, 2).parked_reason is None and _cycle(admin, 2).released_at == NOW
    again = admin.post("/contracts/7/release", cycle="2")
    assert again.status_code == 409 and "released already" in again.text
    (fact,) = _facts(admin)
    assert (fact.kind, fact.actor, fact.before) == ("charge.released", "merchant:42", {"reason": LATE})


def test_a_subscription_paid_twice_points_to_the_refund_and_is_released(admin: Admin):
    _plant(admin, parked_reason="Cycle 1 was paid twice; order #9 is extra.")
    with admin.context.db.session() as session:
        contract = session.scalars(select(Contract)).one()
        rows.attempt(session, contract, 1, "duplicate", order_name="#9", order_gid="gid://shopify/Order/9")
    html = admin.get("/contracts/7").text
    assert "Refund in Shopify: #9" in html and "/store/rosebud-coffee/orders/9" in html
    assert "paid twice" in admin.get("/contracts/7/release").text
    assert admin.post("/contracts/7/release").status_code == 200
    assert _contract(admin).parked_reason is None
    assert "Refund in Shopify" not in admin.get("/contracts/7").text


def test_charging_of_one_subscription_is_stopped_with_a_reason_and_started(admin: Admin):
    _plant(admin)
    refused = admin.post("/contracts/7/stop", reason=" ")
    assert refused.status_code == 422 and "Enter a reason." in refused.text
    assert _contract(admin).billing_stopped_at is None
    admin.post("/contracts/7/stop", reason="the price is wrong")
    contract = _contract(admin)
    assert (contract.billing_stopped_at, contract.billing_stopped_reason) == (NOW, "the price is wrong")
    assert "Charging was stopped by you or your staff. The price is wrong." in admin.get("/contracts/7").text
    assert admin.post("/contracts/7/start").status_code == 200
    assert _contract(admin).billing_stopped_at is None
    assert [fact.kind for fact in _facts(admin)] == ["charging.stopped", "charging.started"]


def test_a_date_that_is_not_there_is_refused_in_words(admin: Admin):
    _plant(admin)
    for verb in ("charge", "skip", "unskip", "release"):
        for cycle in ("99", "-1", "x", "3 "):
            answer = admin.post(f"/contracts/7/{verb}", cycle=cycle, number="1")
            assert answer.status_code == 409, (verb, cycle)
            assert "no longer there" in answer.text
    assert admin.post("/contracts/7/charge", cycle="3", number="two").status_code == 409
    assert admin.post("/contracts/8/charge", cycle="3", number="1").status_code == 404
    assert _facts(admin) == []
