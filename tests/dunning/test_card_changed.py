"""A shopper changed the way to pay: tried once within a minute, unless somebody else charged since the failure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.shopify import contracts, payment_methods
from shopify_app.dunning import card, steps
from shopify_app.shops.models import Shop
from tests.billing.till import Told
from tests.dunning.clinic import Clinic

MINUTE = timedelta(minutes=1)


def _expired(clinic: Clinic) -> None:
    clinic.bank("EXPIRED_CARD")
    clinic.until(6)
    clinic.bank(None)
    assert clinic.case.next_step == "final"


def _hear_of_the_card(clinic: Clinic) -> None:
    """customer_payment_methods/update, after the mirror has read the method."""
    gid = f"gid://shopify/CustomerPaymentMethod/{clinic.there()['payment_method_id']}"
    till = clinic.till
    with till.ctx.db.session() as session:
        shop = session.get_one(Shop, till.shop_id)
        message = Told({"admin_graphql_api_id": gid}, "customer_payment_methods/update")
        card.method_updated(till.ctx, session, shop, message, till.now)


def test_a_renewed_card_is_tried_once_within_a_minute(clinic: Clinic) -> None:
    _expired(clinic)
    clinic.renew_card()
    _hear_of_the_card(clinic)
    changed_at = clinic.till.now
    assert clinic.case.next_step == "card" and clinic.case.next_step_at - changed_at <= MINUTE
    clinic.till.wait(MINUTE)
    clinic.work()
    assert [state for _, state in clinic.tries()] == ["failed", "settled"]
    assert clinic.case.state == "recovered"
    clinic.until(20)
    assert len(clinic.till.ledger()) == 1


def test_a_card_updated_twice_in_a_minute_is_tried_once(clinic: Clinic) -> None:
    _expired(clinic)
    clinic.renew_card()
    _hear_of_the_card(clinic)
    first = clinic.case.next_step_at
    clinic.till.wait(timedelta(seconds=20))
    clinic.renew_card(expiry_year=2032)
    _hear_of_the_card(clinic)
    assert clinic.case.next_step_at == first
    clinic.till.wait(MINUTE)
    clinic.work()
    clinic.until(20)
    assert [state for _, state in clinic.tries()] == ["failed", "settled"] and len(clinic.till.ledger()) == 1


def test_a_card_changed_while_its_charge_is_under_way_is_tried_again_if_that_fails(clinic: Clinic) -> None:
    _expired(clinic)
    clinic.bank("CARD_DECLINED")
    clinic.renew_card()
    _hear_of_the_card(clinic)
    clinic.till.wait(MINUTE)
    steps.drain(clinic.till.ctx)
    assert clinic.tries()[-1][1] == "requested"
    clinic.till.wait(timedelta(seconds=20))
    clinic.renew_card(expiry_year=2033)
    _hear_of_the_card(clinic)
    clinic.work()
    clinic.bank(None)
    clinic.till.wait(MINUTE)
    clinic.work()
    assert [state for _, state in clinic.tries()] == ["failed", "failed", "settled"]


def test_a_lost_webhook_is_made_good_by_the_review(clinic: Clinic) -> None:
    _expired(clinic)
    clinic.renew_card()
    clinic.work()
    assert clinic.case.next_step == "card"
    clinic.till.wait(MINUTE)
    clinic.work()
    assert clinic.case.state == "recovered"


@pytest.mark.parametrize("outcome", ["settle", "CARD_DECLINED"])
def test_a_charge_by_somebody_else_since_the_failure_on_another_cycle_parks_the_order(
    clinic: Clinic, outcome: str
) -> None:
    """As Shopify's own retry does after a card update, whether it was paid or not."""
    _expired(clinic)
    clinic.renew_card()
    _hear_of_the_card(clinic)
    clinic.somebody_else_charges(2, outcome)
    clinic.till.wait(MINUTE)
    clinic.work()
    clinic.until(20)
    assert clinic.tries() == [("04 14", "failed")]
    assert clinic.case.next_step == "person" and "outside Perennial" in (clinic.cycle().parked_reason or "")
    assert clinic.contract().status == "ACTIVE", "nor is it paused while a person has to look"


def test_a_charge_by_somebody_else_that_is_under_way_is_waited_for(clinic: Clinic) -> None:
    _expired(clinic)
    clinic.renew_card()
    _hear_of_the_card(clinic)
    clinic.somebody_else_charges(2, "pending")
    clinic.till.wait(MINUTE)
    steps.drain(clinic.till.ctx)
    assert clinic.tries() == [("04 14", "failed")] and clinic.case.next_step == "card"


def test_another_method_of_the_contract_is_tried_and_a_merge_is_no_loss(clinic: Clinic) -> None:
    _expired(clinic)
    till, world = clinic.till, clinic.till.sandbox.world
    with world.locked():
        there = clinic.there()
        old = there["payment_method_id"]
        kept = payment_methods.create(world, till.domain, there["customer_id"], "card")
        contracts.change(world, till.domain, there, payment_method_id=kept["id"])
        payment_methods.revoke(world, till.domain, old, "MERGED")
    till.mirror()
    clinic.work()
    till.wait(MINUTE)
    clinic.work()
    assert [state for _, state in clinic.tries()] == ["failed", "settled"]


def test_a_new_card_does_not_help_where_the_merchant_must(clinic: Clinic) -> None:
    clinic.bank("PAYMENT_PROVIDER_IS_NOT_ENABLED")
    clinic.until(4)
    clinic.renew_card()
    _hear_of_the_card(clinic)
    clinic.until(6)
    assert clinic.tries() == [("04 14", "failed")]


def test_a_corrected_address_is_tried_where_the_address_was_wrong(clinic: Clinic) -> None:
    clinic.bank("INVALID_SHIPPING_ADDRESS")
    clinic.until(5)
    clinic.bank(None)
    till, world = clinic.till, clinic.till.sandbox.world
    with world.locked():
        there = clinic.there()
        address = {"last_name": "Marsh", "address1": "1 Oak Street", "city": "Portland", "country_code": "US"}
        contracts.change(world, till.domain, there, delivery={"title": "Standard", "address": address})
    till.mirror()
    clinic.work()
    till.wait(MINUTE)
    clinic.work()
    assert [state for _, state in clinic.tries()] == ["failed", "settled"]
