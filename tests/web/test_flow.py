"""Shopify Flow in the settings: switches as ticked, outcomes with their reason, and sending again by hand."""

from __future__ import annotations

from datetime import timedelta

from shopify_app.channels.flow.models import REFUSED, FlowRun, FlowSettings
from shopify_app.journal.models import ACCEPTED, PARKED_DELIVERY, Delivery
from tests.web import rows
from tests.web.conftest import NOW, Admin

TICKED = {"is_on": "1", "takes_actions": "1", "on_order-skipped": "1", "on_items-changed": "1", "on_nonsense": "1"}


def test_switches_are_saved_as_ticked_and_told_in_the_history(admin: Admin) -> None:
    assert admin.get("/settings/flow").text.count(" checked") == 22, "off itself, every trigger ready, actions on"
    answer = admin.post("/settings/flow", **TICKED)
    assert answer.status_code == 200 and 'data-toast="Saved"' in answer.text
    assert answer.text.count(" checked") == 4
    with admin.context.db.session() as session:
        row = session.get_one(FlowSettings, admin.shop_id)
        assert (row.is_on, row.takes_actions, len(row.kinds)) == (True, True, 6)
    page = admin.get("/settings").text
    assert "Shopify Flow hears of 2 kinds of events and may change subscriptions. Chosen by you" in page
    assert ">Shopify Flow</s-link>" in page
    admin.post("/settings/flow")
    assert "Shopify Flow hears nothing and may change nothing." in admin.get("/settings").text


def test_what_was_told_and_asked_for_is_listed_and_what_is_parked_goes_again(admin: Admin) -> None:
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 7)
        gid = rows.shopper(session, admin.shop_id, 1).shopify_gid
        for number, state in enumerate((ACCEPTED, PARKED_DELIVERY)):
            at = NOW - timedelta(hours=number)
            data = {"expected_at": NOW.isoformat()}
            fact = rows.fact(session, contract, "order.skipped", at, customer_gid=gid, data=data)
            session.add(
                Delivery(
                    shop_id=admin.shop_id, fact_id=fact.id, channel="flow", contract_gid=contract.shopify_gid,
                    state=state, reason=f"because {number}", next_try_at=NOW, is_unsure=True,
                )
            )  # fmt: skip
        asked = {"run_id": "r", "action": "pause", "asked": {}, "contract_gid": contract.shopify_gid}
        asked |= {"state": REFUSED, "words": "It has ended.", "next_try_at": NOW, "asked_at": NOW}
        session.add(FlowRun(shop_id=admin.shop_id, **asked))
        session.flush()
        parked = session.query(Delivery).filter_by(state=PARKED_DELIVERY).one().id
    page = admin.get("/settings/flow").text
    assert "Taken by Flow" in page and "because 1" in page and page.count("Send again:") == 1
    assert "Pause subscription" in page and "It has ended." in page and 'href="/contracts/7"' in page
    assert "Not sent to Shopify Flow: because 1" in admin.get("/contracts/7").text
    assert "Switch Flow on first." in admin.post("/settings/flow/again", delivery=str(parked)).text
    assert "This is not known" in admin.post("/settings/flow/again", delivery="x").text
    admin.post("/settings/flow", **TICKED)
    assert "On the way" in admin.post("/settings/flow/again", delivery=str(parked)).text
    with admin.context.db.session() as session:
        again = session.get_one(Delivery, parked)
        assert (again.state, again.is_unsure, again.body["handle"]) == ("pending", False, "order-skipped")
    assert "stays so" in admin.post("/settings/flow/again", delivery=str(parked)).text
