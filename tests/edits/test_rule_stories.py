"""Rules in both doors, with what our rows know: counted over years, overridden by staff on record."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import move, skip
from shopify_app.edits.answers import Answer, Refusal
from shopify_app.edits.contract import door
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.statuses import Cancel, Pause
from shopify_app.edits.rules import hook, store
from shopify_app.edits.rules.models import WHOLE_SHOP
from shopify_app.edits.rules.terms import Rules
from shopify_app.web.admin import sentences
from tests.billing.till import Till
from tests.edits.desk import ask, edits, target

DAY = timedelta(days=1)
SHOPPER = "shopper:7"


def _rule(till: Till, **rules: object) -> None:
    with till.ctx.db.session() as session:
        store.change(session, till.shop_id, WHOLE_SHOP, Rules(**rules), "merchant:42", till.now)


def _ahead(till: Till) -> list[int]:
    """The indexes of the orders to come, soonest first."""
    coming = [cycle for cycle in till.cycles() if cycle.due_at or cycle.skipped]
    return [cycle.cycle_index for cycle in sorted(coming, key=lambda cycle: cycle.expected_at)]


def _skip(till: Till, index: int, actor: str = SHOPPER) -> Answer:
    return skip.skip(till.ctx, till.shop_id, till.contract().shopify_gid, index, actor)


def test_skips_are_counted_by_who_skipped_and_across_the_years(till: Till) -> None:
    first, second, third, *_ = _ahead(till)
    _rule(till, skips_a_year=1)
    assert _skip(till, first, "merchant:42").is_done  # takes nothing from the shopper
    assert _skip(till, second).is_done
    refused = _skip(till, third)
    assert (refused.refusal, refused.rule) == (Refusal.RULE, "skips_a_year")
    assert skip.unskip(till.ctx, till.shop_id, till.contract().shopify_gid, second, SHOPPER).is_done
    assert _skip(till, third).is_done
    assert _skip(till, second).rule == "skips_a_year"
    with till.ctx.db.session() as session:  # thirteen months pass
        last = next(cycle for cycle in till.cycles() if cycle.cycle_index == second).expected_at
        session.execute(
            update(BillingCycle).where(BillingCycle.cycle_index == third).values(expected_at=last - 396 * DAY)
        )
    assert _skip(till, second).is_done
    assert len(till.facts("order.skip_requested")) == 4  # what was refused was never asked for


def test_a_date_is_moved_a_week_from_where_it_was_planned_and_not_a_week_each_time(till: Till) -> None:
    _rule(till, move_days=7)
    second = _ahead(till)[1]
    planned = next(cycle for cycle in till.cycles() if cycle.cycle_index == second).expected_at
    gid = till.contract().shopify_gid

    def to(days: int, actor: str = SHOPPER) -> Answer:
        return move.move(till.ctx, till.shop_id, gid, second, planned + days * DAY, actor)

    assert to(5).is_done
    assert to(9).rule == "too_far"
    assert to(9, "merchant:42").is_done
    asked = till.facts("order.move_requested")
    assert [fact.data.get("overrides") for fact in asked] == [None, ["too_far"]]
    told = sentences.sentence(asked[-1], till.ctx.clock.now().tzinfo).words
    assert "This went against your rule for shoppers about how far an order may be moved." in told


def test_the_contracts_own_minimum_holds_for_shoppers_and_staff_may_go_against_it(till: Till) -> None:
    with till.ctx.db.session() as session:
        policy = till.contract().billing_policy
        session.execute(update(Contract).values(billing_policy={**policy, "minCycles": 3}))
    cancel = Cancel("too_much")
    mine, theirs = target(till, SHOPPER), target(till)
    seen = door.preview(till.ctx, cancel, mine)
    assert seen and seen.why_not and seen.why_not.refusal is No.RULE and seen.before == seen.after
    rule = seen.why_not.rule
    assert rule == "minimum_cancel" and rule.values == {"minimum": 3, "count": 2}
    refused = door.carry_out(till.ctx, cancel, mine, "r1")
    assert (refused.refusal, refused.rule) == (No.RULE, "minimum_cancel") and edits(till) == []
    with till.ctx.db.session() as session:
        why = hook.explain(session, till.contract(), [], SHOPPER, till.now)
    assert why["cancel"] == "minimum_cancel" and {word for name, word in why.items() if name != "cancel"} == {None}
    staff = door.preview(till.ctx, cancel, theirs)
    assert staff and staff.why_not is None and staff.overridden == ("minimum_cancel",)
    assert ask(till, cancel, "r2").is_done
    (asked,) = till.facts("subscription.cancel_requested")
    assert asked.data == {"overrides": ["minimum_cancel"]}


def test_paid_orders_are_counted_with_the_one_at_the_checkout(till: Till) -> None:
    _rule(till, before_pause=2, pause_days=30)
    until = (till.now + 20 * DAY).isoformat()
    pause = Pause(until)
    assert door.carry_out(till.ctx, pause, target(till, SHOPPER), "r1").rule == "minimum_pause"
    till.live_until_quiet()
    till.mirror()
    forever = door.carry_out(till.ctx, Pause(), target(till, SHOPPER), "r2")
    assert forever.rule == "pause_open"
    assert door.carry_out(till.ctx, pause, target(till, SHOPPER), "r3").is_done


def test_a_plan_of_its_own_and_perennial_itself(till: Till) -> None:
    plan = "gid://shopify/SellingPlan/5"
    with till.ctx.db.session() as session:
        session.get_one(Contract, till.contract().id).lines[0].selling_plan_gid = plan
        store.change(session, till.shop_id, plan, Rules(closed=frozenset({"skip"})), "merchant:42", till.now)
    first = _ahead(till)[0]
    assert _skip(till, first).rule == "closed"
    assert _skip(till, first, "perennial").is_done
    assert till.facts("order.skip_requested")[0].data.get("overrides") is None
