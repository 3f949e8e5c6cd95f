"""Customers whose payment fails are marked in Shopify as the shop wishes, and the marks go when it is paid."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from sqlalchemy import func, select

from sandbox.seeds import tiny
from sandbox.shopify import customers, payment_methods
from shopify_app.contracts import webhooks as contracts
from shopify_app.dunning import card, erase, marking, marks
from shopify_app.dunning.marking import Marking
from shopify_app.dunning.models import DunningMark
from shopify_app.kit.clock import machine_now
from shopify_app.kit.gid import gid
from shopify_app.shops.models import Shop
from tests.billing.till import Told
from tests.dunning.clinic import DUE, Clinic

BOTH = Marking(tag=True, metafield=True)
CALLS = ("TagsAdd", "TagsRemove", "MetafieldsSet", "MetafieldsDelete")
WHOLESALE = "wholesale"


def _switch(clinic: Clinic, wanted: Marking) -> bool:
    with clinic.till.ctx.db.session() as session:
        return marking.change(session, clinic.till.shop_id, wanted, "merchant:42", clinic.till.now)


def _fail(clinic: Clinic, wanted: Marking = BOTH) -> None:
    """The first charge of a customer who has a tag of the merchant's is declined; marks are not made yet."""
    with clinic.till.sandbox.world.locked():
        customers.change(
            clinic.till.sandbox.world, clinic.till.domain, clinic.there()["customer_id"], tags=[WHOLESALE]
        )
    _switch(clinic, wanted)
    clinic.bank("CARD_DECLINED")
    clinic.until(4)
    assert clinic.case.state == "open"


def _recover(clinic: Clinic) -> None:
    clinic.bank(None)
    clinic.until(8)
    assert clinic.case.state == "recovered"


def _drain(clinic: Clinic) -> None:
    while _waiting(clinic):
        marks.drain(clinic.till.ctx)


def _waiting(clinic: Clinic) -> int:
    with clinic.till.ctx.db.session() as session:
        return marks.waiting(session, clinic.till.now, machine_now())


def _tags(clinic: Clinic, customer: int | None = None) -> list[str]:
    people = clinic.till.sandbox.world.of("customers", clinic.till.domain)
    return list(people[customer or clinic.there()["customer_id"]].get("tags") or [])


def _notes(clinic: Clinic) -> list[dict[str, Any]]:
    fields = clinic.till.sandbox.world.of("metafields", clinic.till.domain).all()
    assert all(
        (one["namespace"], one["key"], one["type"]) == ("perennial", "payment_at_risk", "json") for one in fields
    )
    return [json.loads(one["value"]) | {"of": one["owner"]} for one in fields]


def _calls(clinic: Clinic) -> list[str]:
    return [name for name in clinic.till.sent if name in CALLS]


def _rows(clinic: Clinic) -> int:
    with clinic.till.ctx.db.session() as session:
        return session.scalar(select(func.count()).select_from(DunningMark)) or 0


def test_nobody_is_marked_unless_the_merchant_wishes(clinic: Clinic) -> None:
    _fail(clinic, Marking())
    assert _waiting(clinic) == 1, "else this test shows nothing"
    _drain(clinic)
    assert _calls(clinic) == [] and _tags(clinic) == [WHOLESALE] and _notes(clinic) == []
    assert _switch(clinic, Marking(tag=True)), "who is at risk already is marked, too"
    _drain(clinic)
    assert _calls(clinic) == ["TagsAdd"] and _tags(clinic) == [WHOLESALE, marks.TAG]


def test_a_failed_payment_marks_its_customer_until_it_is_paid(clinic: Clinic) -> None:
    _fail(clinic)
    _drain(clinic)
    there, since = clinic.there(), clinic.case.opened_at
    assert _tags(clinic) == [WHOLESALE, marks.TAG]
    of = gid("Customer", there["customer_id"])
    assert _notes(clinic) == [{"subscriptions": [str(there["id"])], "since": since.isoformat(), "of": of}]
    assert since >= DUE
    clinic.until(5)
    _drain(clinic)
    assert _calls(clinic) == ["TagsAdd", "MetafieldsSet"], "a second failure is nothing new"
    _recover(clinic)
    _drain(clinic)
    assert _tags(clinic) == [WHOLESALE] and _notes(clinic) == []
    assert _calls(clinic)[2:] == ["TagsRemove", "MetafieldsDelete"]


def test_a_customer_of_two_stays_marked_until_both_are_paid(clinic: Clinic) -> None:
    world, shop, first = clinic.till.sandbox.world, clinic.till.domain, clinic.there()
    with world.locked():
        second = tiny.add_contract(world, shop, created_at=first["created_at"])
        method = payment_methods.create(world, shop, first["customer_id"], "card")
        moved = {"customer_id": first["customer_id"], "payment_method_id": method["id"]}
        world.of("contracts", shop).put({**second, **moved})
    clinic.till.mirror()
    _switch(clinic, BOTH)
    clinic.bank("CARD_DECLINED")
    clinic.until(4)
    _drain(clinic)
    numbers = sorted([str(first["id"]), str(second["id"])])
    assert [sorted(note["subscriptions"]) for note in _notes(clinic)] == [numbers]
    clinic.till.fault(outcomes={"*": "CARD_DECLINED", first["payment_method_id"]: "settle"})
    clinic.until(6)
    _drain(clinic)
    assert sorted(case.state for case in clinic.cases()) == ["open", "recovered"]
    assert _tags(clinic) == [marks.TAG]
    assert [note["subscriptions"] for note in _notes(clinic)] == [[str(second["id"])]]
    clinic.bank(None)
    clinic.till.fault(outcomes={"*": "settle", first["payment_method_id"]: "settle"})
    clinic.until(8)
    _drain(clinic)
    assert _tags(clinic) == [] and _notes(clinic) == []


def test_turning_a_switch_off_takes_its_marks_away(clinic: Clinic) -> None:
    _fail(clinic)
    _drain(clinic)
    _switch(clinic, Marking(metafield=True))
    _drain(clinic)
    assert _tags(clinic) == [WHOLESALE] and len(_notes(clinic)) == 1
    _switch(clinic, Marking())
    _drain(clinic)
    assert _notes(clinic) == [] and not _switch(clinic, Marking())
    told = clinic.facts("payment.marking_changed")
    assert [(fact.actor, fact.after) for fact in told] == [
        ("merchant:42", {"tag": True, "metafield": True}),
        ("merchant:42", {"tag": False, "metafield": True}),
        ("merchant:42", {"tag": False, "metafield": False}),
    ]


def test_a_mark_that_got_no_answer_holds_up_no_charge_and_is_taken_off_all_the_same(clinic: Clinic) -> None:
    _fail(clinic)
    lost: dict[str, Any] = {"TagsAdd": {"reset": "after", "times": 1}}
    clinic.till.fault(graphql=lost)
    _drain(clinic)
    assert _tags(clinic) == [WHOLESALE, marks.TAG], "Shopify has heard it, and we do not know"
    clinic.till.fault(graphql={name: {"status": 503} for name in CALLS})
    _recover(clinic)
    clinic.leases_end()
    _drain(clinic)
    assert len(clinic.till.ledger()) == 1 and _tags(clinic) == [WHOLESALE, marks.TAG]
    assert _waiting(clinic) == 0, "it rests before it is tried again"
    clinic.till.fault(graphql={name: {} for name in CALLS})
    clinic.leases_end()
    _drain(clinic)
    assert _tags(clinic) == [WHOLESALE] and _notes(clinic) == []


def test_a_customer_whom_shopify_does_not_know_is_given_up_quietly(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    _fail(clinic)
    with clinic.till.sandbox.world.locked():
        customers.delete(clinic.till.sandbox.world, clinic.till.domain, clinic.there()["customer_id"])
    with caplog.at_level(logging.WARNING):
        _drain(clinic)
    assert [record.message for record in caplog.records] == ["a customer cannot be marked"] * 2
    clinic.leases_end()
    assert _waiting(clinic) == 0 and _calls(clinic) == ["TagsAdd", "MetafieldsSet"]


def test_marks_move_with_a_customer_who_is_merged_and_are_forgotten_with_one_who_is_erased(clinic: Clinic) -> None:
    _fail(clinic)
    _drain(clinic)
    world, shop, gone = clinic.till.sandbox.world, clinic.till.domain, clinic.there()["customer_id"]
    with world.locked():
        kept = customers.create(world, shop, email="kept@example.com")["id"]
        customers.merge(world, shop, kept, gone)
    ids = {
        f"admin_graphql_api_customer_{part}_id": gid("Customer", one)
        for part, one in (("kept", kept), ("deleted", gone))
    }
    ctx, message = clinic.till.ctx, Told(ids, "customers/merge")
    with ctx.db.session() as session:
        there = session.get_one(Shop, clinic.till.shop_id)
    reading, now = contracts.fetch_merged(ctx, there, message), card.fetch_now(ctx, there, message)
    with ctx.db.session() as session:
        there = session.get_one(Shop, clinic.till.shop_id)
        contracts.customers_merge(ctx, session, there, message, reading)
        marking.customers_merge(ctx, session, there, message, now)
    _drain(clinic)
    assert marks.TAG in _tags(clinic, kept) and _rows(clinic) == 1
    assert gid("Customer", kept) in [note["of"] for note in _notes(clinic)]
    _recover(clinic)
    _drain(clinic)
    assert _tags(clinic, kept) == [WHOLESALE]
    with ctx.db.session() as session:
        assert erase.erase(session, clinic.till.shop_id, gid("Customer", gone)) == 0
        assert erase.erase(session, clinic.till.shop_id, gid("Customer", kept)) == 1
    assert _rows(clinic) == 0
