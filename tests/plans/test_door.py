"""Changing what the shop offers: once per request, confirmed by reading again, told in the history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from sandbox.faces.storefront import objects
from sandbox.shopify import products
from sandbox.shopify.registry import gid
from shopify_app.gateways.shopify import selling_plans
from shopify_app.gateways.shopify.errors import ServerFault
from shopify_app.journal.models import Fact
from shopify_app.kit.clock import machine_now
from shopify_app.plans import answers, door, queries
from shopify_app.plans.answers import Answer
from shopify_app.plans.changes import (
    AddPlan,
    Attach,
    Change,
    ChangePlan,
    Create,
    Delete,
    Detach,
    RemovePlan,
    Rename,
    terms_of,
)
from shopify_app.plans.models import PlanChange, SellingPlanGroup
from shopify_app.plans.terms import AMOUNT, PERCENTAGE, Terms
from tests.billing.till import Till

ME = "merchant:42"
FOUR_WEEKS = Terms(name="Every 4 weeks", unit="WEEK", every=4, discount=PERCENTAGE, value="15")
TRIAL = replace(FOUR_WEEKS, discount="PRICE", value="5", first=2, later=PERCENTAGE, later_value="10")
PREPAID = Terms(
    name="3 months ahead",
    unit="MONTH",
    every=1,
    deliveries=3,
    discount=AMOUNT,
    value="6",
    anchor=15,
    cutoff=3,
    min_cycles=2,
    max_cycles=8,
)


def _create(till: Till, request_id: str = "r1") -> Answer:
    return door.carry_out(till.ctx, till.shop_id, Create("Save", FOUR_WEEKS.as_json()), request_id, ME)


def _there(till: Till) -> list[dict[str, Any]]:
    return till.sandbox.world.of("selling_plan_groups", till.domain).all()


def _group(till: Till) -> SellingPlanGroup:
    with till.ctx.db.session() as session:
        (group,) = queries.groups(session, till.shop_id)
        return group


def _facts(till: Till) -> list[Fact]:
    with till.ctx.db.session() as session:
        return list(session.scalars(select(Fact).where(Fact.kind.startswith("plans.")).order_by(Fact.id)))


def test_a_key_that_asked_for_something_else_before_is_not_told_that_this_is_done(till: Till):
    made = _create(till)
    dearer = replace(FOUR_WEEKS, value="5").as_json()
    other = door.carry_out(till.ctx, till.shop_id, Create("Save", dearer), "r1", ME)
    assert other == Answer(False, answers.OTHER_WISH, (), made.group_gid)
    plan = _group(till).plans[0].shopify_gid
    assert door.carry_out(till.ctx, till.shop_id, ChangePlan(plan, dearer), "r1", ME, made.group_gid) == other
    assert len(_there(till)) == 1 and terms_of(_group(till).plans[0]) == FOUR_WEEKS


def test_a_group_lives_from_its_first_plan_to_its_end(till: Till):
    made = _create(till)
    assert made.is_done and made.group_gid == gid("SellingPlanGroup", _there(till)[0]["id"])
    assert _create(till) == made and len(_there(till)) == 1, "asked twice, it acts once"
    numbers = iter(range(100))

    def ask(change: Change) -> None:
        answer = door.carry_out(till.ctx, till.shop_id, change, f"next-{next(numbers)}", ME, made.group_gid)
        assert answer == Answer(True, answers.DONE, (), made.group_gid), change

    ask(AddPlan(PREPAID.as_json()))
    first, second = _group(till).plans
    row = _there(till)[0]["plans"][1]
    assert (row["interval_count"], row["delivery_count"], row["cutoff"], row["min_cycles"]) == (3, 1, 3, 2)
    ask(ChangePlan(first.shopify_gid, replace(FOUR_WEEKS, every=6, discount="NONE", value="").as_json()))
    assert (_there(till)[0]["plans"][0]["delivery_count"], _there(till)[0]["plans"][0]["pricing"]) == (6, [])
    ask(ChangePlan(first.shopify_gid, TRIAL.as_json()))
    steps = [(each["type"], each["value"], each["after_cycle"]) for each in _there(till)[0]["plans"][0]["pricing"]]
    assert steps == [("PRICE", "5", None), ("PERCENTAGE", "10.0", 2)] and terms_of(_group(till).plans[0]) == TRIAL
    ask(RemovePlan(second.shopify_gid))
    ask(Rename("Subscribe"))
    product = gid("Product", till.sandbox.world.of("products", till.domain).all()[0]["id"])
    ask(Attach([product]))
    assert _group(till).products == [{"gid": product, "title": "House Blend", "price": "14.0"}]
    ask(Detach([product]))
    ask(Delete())
    assert _there(till) == []
    told = _facts(till)
    assert [fact.kind.partition(".")[2] for fact in told] == [
        *("created", "plan_added", "plan_changed", "plan_changed", "plan_removed", "renamed", "attached"),
        *("detached", "deleted"),
    ]
    assert told[1].data == {"group": "Save", "plan": "3 months ahead"} and told[1].actor == ME
    assert told[-1].data == {"group": "Subscribe"}


def test_what_shopify_refuses_is_told_at_the_field_and_changes_nothing(till: Till):
    made = _create(till)
    for number, (terms, field, words) in enumerate(
        [
            (replace(PREPAID, max_cycles=2), "max_cycles", "It must be more than the smallest number."),
            (FOUR_WEEKS, "name", "Another plan of this group has this name."),
            (replace(PREPAID, deliveries=40), "deliveries", "Shopify does not take charges so far apart."),
            (replace(PREPAID, value="-1"), "value", "Must be greater than or equal to 0"),
        ]
    ):
        change = AddPlan(terms.as_json())
        answer = door.carry_out(till.ctx, till.shop_id, change, f"bad-{number}", ME, made.group_gid)
        assert not answer.is_done and (field, words) in answer.problems, terms
    gone = door.carry_out(till.ctx, till.shop_id, Rename("x"), "other", ME, gid("SellingPlanGroup", 1))
    assert gone.problems == (("", answers.GONE),)
    assert len(_there(till)[0]["plans"]) == 1 and len(_facts(till)) == 1


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the answer to one of our mutations be lost on the way back."""

    def arrange(name: str) -> None:
        real = getattr(selling_plans, name)

        def and_lose(*what: Any) -> None:
            real(*what)
            raise ServerFault("the answer was lost")

        monkeypatch.setattr(selling_plans, name, and_lose)

    return arrange


def test_a_lost_answer_is_looked_up_and_makes_no_second_group(till: Till, lose: Callable[[str], None]):
    lose("create")
    assert _create(till).is_done and len(_there(till)) == 1
    assert [fact.kind for fact in _facts(till)] == ["plans.created"]


def test_who_died_after_asking_finds_it_done_and_who_died_before_finds_it_not_done(till: Till, monkeypatch):
    monkeypatch.setattr(door, "_confirm", lambda *_: pytest.fail("dies"))
    with pytest.raises(pytest.fail.Exception):
        _create(till)
    monkeypatch.setattr(selling_plans, "create", lambda *_: pytest.fail("dies earlier"))
    with pytest.raises(pytest.fail.Exception):
        _create(till, "r2")
    monkeypatch.undo()
    assert _create(till).words == answers.UNDER_WAY, "the lease of the dead still runs"
    with till.ctx.db.session() as session:
        session.execute(update(PlanChange).values(lease_until=machine_now() - timedelta(minutes=1)))
    assert door.run(till.ctx) == 1
    assert _create(till).is_done
    assert _create(till, "r2") == Answer(False, answers.NOT_DONE)
    assert len(_there(till)) == 1 and [fact.kind for fact in _facts(till)] == ["plans.created"]


def test_a_shop_that_did_not_grant_the_scope_is_told_what_to_do(till: Till):
    shop = till.sandbox.world.shops[till.domain]
    scopes = [scope for scope in shop["install"]["scopes"] if scope != "write_products"]
    with till.sandbox.world.locked():
        till.sandbox.world.shops.put({**shop, "install": {**shop["install"], "scopes": scopes}})
        for token in till.sandbox.world.of("tokens", till.domain):
            till.sandbox.world.of("tokens", till.domain).put({**token, "scopes": scopes})
    answer = _create(till)
    assert not answer.is_done and answer.words in (answers.NO_SCOPE,)
    assert _there(till) == []


def test_a_single_variant_is_sold_with_plans_of_its_own(till: Till):
    world = till.sandbox.world
    with world.locked():
        product = world.of("products", till.domain).all()[0]
        large = products.add_variant(world, till.domain, product, "1 kg", "40.00", sku="HB-1000", available=5)
        small = next(row for row in world.of("variants", till.domain) if row["id"] != large["id"])
    one = gid("ProductVariant", large["id"])
    made = door.carry_out(till.ctx, till.shop_id, Create("Save", FOUR_WEEKS.as_json(), [one]), "r1", ME)
    assert made.is_done and _there(till)[0]["variant_ids"] == [large["id"]] and not _there(till)[0]["product_ids"]
    (sold,) = _group(till).variants
    assert (sold["gid"], sold["title"], sold["variant_title"], sold["price"]) == (one, "House Blend", "1 kg", "40.00")
    view = objects.product(world, till.domain, product)
    offered = {each["title"]: len(each["selling_plan_allocations"]) for each in view["variants"]}
    assert offered == {"250 g": 0, "1 kg": 1}
    other = gid("ProductVariant", small["id"])
    for number, change in enumerate((Attach([other]), Detach([one]), Detach([other]))):
        answer = door.carry_out(till.ctx, till.shop_id, change, f"then-{number}", ME, made.group_gid)
        assert answer.is_done, change
    assert _group(till).variants == [] and _there(till)[0]["variant_ids"] == []
    assert _facts(till)[1].data == {"group": "Save", "variants": 1}
    gone = door.carry_out(
        till.ctx, till.shop_id, Attach(["gid://shopify/ProductVariant/9"]), "r9", ME, made.group_gid
    )
    assert gone.problems == (("", "Shopify no longer has this variant."),)
