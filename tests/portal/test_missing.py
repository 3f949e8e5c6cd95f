"""What is missing in an order to come: shown with what happens, chosen once for each key, also in German."""

from __future__ import annotations

import httpx
from sqlalchemy import update

from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.kit.gid import gid
from shopify_app.stock.models import StockDecision
from tests.portal.shopper import Shopper
from tests.web import rows


def strike(shopper: Shopper) -> str:
    """Let the first item of the next order be out of stock; returns the decision's number."""
    with shopper.story.ctx.db.session() as session:
        contract = session.query(Contract).filter_by(shopify_gid=gid("SubscriptionContract", shopper.contract)).one()
        cycles = session.query(BillingCycle).filter_by(contract_id=contract.id, status="UNBILLED").all()
        cycle = min((one for one in cycles if one.due_at), key=lambda one: one.due_at)
        return str(rows.decision(session, contract, cycle.cycle_index, cycle.due_at).id)


def choose(shopper: Shopper, decision: str, choice: str, key: str, **headers: str) -> httpx.Response:
    path = f"/contracts/{shopper.contract}/stock/{decision}"
    return shopper.ask("POST", path, body={"choice": choice}, **{"Idempotency-Key": key}, **headers)


def test_a_missing_item_is_shown_and_what_becomes_of_its_order_is_chosen(shopper: Shopper) -> None:
    decision = strike(shopper)
    first, *later = shopper.cycles()
    assert all(each["missing"] == [] for each in later)
    (seen,) = first["missing"]
    assert (seen["decision"], seen["kind"], seen["item"]["title"]) == (decision, "out", "House Blend")
    assert seen["words"].startswith("1 × House Blend") and seen["words"].endswith("is out of stock.")
    assert (seen["happens"], seen["chosen"], seen["instead"]) == ("delay", False, None)
    assert "at the latest until" in seen["happens_words"] and seen["choose_until"] < first["charge_at"]
    assert [(each["choice"], each["now"]) for each in seen["choices"]] == [("delay", False), ("skip", False)]

    done = choose(shopper, decision, "skip", "tap-skip-1").json()["missing"]
    assert (done["happens"], done["chosen"]) == ("skip", True)
    assert [each["now"] for each in done["choices"]] == [False, True]
    assert choose(shopper, decision, "delay", "tap-wait-1").json()["missing"]["happens"] == "delay"
    late = choose(shopper, decision, "skip", "tap-skip-1")  # the first tap arrives once more
    assert (late.status_code, late.json()["missing"]["happens"]) == (200, "delay")
    other = choose(shopper, decision, "delay", "tap-skip-1")
    assert (other.status_code, other.json()["code"], other.json()["field"]) == (
        422,
        "other_request",
        "Idempotency-Key",
    )
    facts = shopper.facts("stock.chosen")
    assert [(fact.actor, fact.after["choice"]) for fact in facts] == [
        (f"shopper:{shopper.customer}", "skip"),
        (f"shopper:{shopper.customer}", "delay"),
    ]
    told = shopper.get(f"/contracts/{shopper.contract}/timeline")["entries"][0]
    assert told["by_you"] and told["words"] == "1 × House Blend (250 g) is not there. Chosen: Wait until it is back."


def test_what_is_not_offered_late_or_somebody_elses_is_refused_in_german(shopper: Shopper) -> None:
    decision, german = strike(shopper), {"Accept-Language": "de"}
    (seen,) = shopper.get(f"/contracts/{shopper.contract}/cycles", **german)["cycles"][0]["missing"]
    assert "nicht vorrätig" in seen["words"] and seen["choices"][1]["words"] == "Diese Bestellung auslassen"
    refused = choose(shopper, decision, "swap", "tap-swap-1", **german)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (409, "no_choice", "choice")
    assert choose(shopper, decision, "sell", "tap-sell-1").json()["field"] == "choice"
    assert choose(shopper, decision, "skip", "short").json()["field"] == "Idempotency-Key"
    assert choose(shopper, "999999", "skip", "tap-skip-9").status_code == 404
    stranger = shopper.ask("POST", f"/contracts/{shopper.foreign}/stock/{decision}", body={"choice": "skip"},
                           **{"Idempotency-Key": "tap-skip-8"})  # fmt: skip
    assert stranger.status_code == 404
    with shopper.story.ctx.db.session() as session:
        session.execute(update(StockDecision).values(act_at=shopper.story.now))
    late = choose(shopper, decision, "skip", "tap-skip-7", **german)
    assert (late.status_code, late.json()["code"]) == (409, "late")
    (seen,) = shopper.cycles()[0]["missing"]
    assert (seen["choices"], seen["choose_until"]) == ([], None)
    with shopper.story.ctx.db.session() as session:  # an order that is held and not decided yet
        session.execute(update(StockDecision).values(state="proposed", terms={}, options=[], default="", act_at=None))
    assert shopper.cycles()[0]["missing"] == []
    assert choose(shopper, decision, "skip", "tap-skip-6").status_code == 404
    assert shopper.facts("stock.chosen") == []
