"""The rules themselves: pure, against what they promise."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopify_app.edits.changes import CHANGES
from shopify_app.edits.contract.actions import ACTIONS
from shopify_app.edits.rules import judge, store
from shopify_app.edits.rules.forbidden import CODES
from shopify_app.edits.rules.judge import Case, Skipped, why_not
from shopify_app.edits.rules.models import WHOLE_SHOP
from shopify_app.edits.rules.terms import (
    FREE,
    GOES_WITH,
    LISTED,
    OF_CONTRACT,
    OF_ONE_ORDER,
    SAME_PLAN,
    SAME_PRODUCT,
    SWAPS,
    SWITCHES,
    UNRULED,
    Rules,
    from_json,
)
from shopify_app.web import forbidden
from shopify_app.web.voice import FOLDER

NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE = ZoneInfo("America/New_York")
EVERY = OF_ONE_ORDER + OF_CONTRACT
FEW = settings(max_examples=40, deadline=None)
instants = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
orders = st.builds(Skipped, st.integers(1, 60), st.dates(date(2025, 1, 1), date(2028, 12, 31)))
cases = st.builds(
    Case,
    st.sampled_from(EVERY),
    instants,
    st.just(ZONE),
    st.booleans(),
    charge_at=st.none() | instants,
    paid=st.integers(0, 40),
    order=orders,
    skipped=st.lists(orders, max_size=8),
    planned_at=instants,
    has_wish=st.booleans(),
    to=st.none() | instants,
    to_charge_at=st.none() | instants,
    pause_until=st.none() | instants,
)
some_rules = st.builds(
    Rules,
    st.frozensets(st.sampled_from(SWITCHES)),
    st.frozensets(st.sampled_from(["skip", "move"])),
    *[st.integers(0, 200)] * 4,
    *[st.none() | st.integers(1, 50)] * 4,
    st.sampled_from(SWAPS),
    st.lists(st.text(max_size=5), max_size=3).map(tuple),
)


def _case(action: str, **values: object) -> Case:
    return Case(action, NOW, ZONE, **values)


@FEW
@given(cases)
def test_a_shop_that_decided_nothing_forbids_nothing(case: Case) -> None:
    assert why_not([FREE], case) is None


@FEW
@given(cases, st.integers(1, 30))
def test_by_default_only_the_contracts_own_minimum_counts_and_for_its_end_alone(case: Case, own: int) -> None:
    found = why_not([FREE], replace(case, own_minimum=own))
    assert (found is not None) is (case.action == "cancel" and case.paid < own)


@FEW
@given(some_rules, cases, st.integers(1, 30))
def test_no_rule_binds_longer_than_the_contracts_own_terms(rules: Rules, case: Case, own: int) -> None:
    case = replace(case, own_minimum=own, paid=max(case.paid, own))
    assert not str(why_not([rules], case)).startswith("minimum")


@FEW
@given(some_rules, some_rules, cases)
def test_all_plans_of_a_contract_have_to_allow_it(one: Rules, other: Rules, case: Case) -> None:
    each = [why_not([one], case), why_not([other], case)]
    assert (why_not([one, other], case) is None) is (each == [None, None])
    assert judge.cutoff_at([one, other], NOW) == min(judge.cutoff_at([one], NOW), judge.cutoff_at([other], NOW))


@FEW
@given(some_rules)
def test_rules_are_kept_as_they_were_decided(rules: Rules) -> None:
    kept = json.loads(json.dumps(rules.as_json()))
    assert from_json(kept) == rules
    assert from_json(kept | {"of_another_version": 1}) == rules


@FEW
@given(some_rules, cases)
def test_every_reason_has_a_sentence_in_every_language(rules: Rules, case: Case) -> None:
    for why in judge.all_of([rules], case):
        assert why in CODES
        for tag in ("en", "de-AT"):
            said = forbidden.words(why, tag, ZONE)
            assert "{" not in said and len(said) > 20


def test_the_catalogues_hold_every_reason_and_no_other() -> None:
    assert set(json.loads((FOLDER / "rules.en.json").read_text("utf-8"))) == set(CODES)


def test_numbers_and_dates_stand_in_the_sentence() -> None:
    short = why_not([Rules(before_cancel=3)], _case("cancel", paid=2))
    assert short and forbidden.words(short, "en", ZONE) == "You can cancel after 3 paid orders; 1 to go."
    assert why_not([Rules(before_cancel=3)], _case("cancel", paid=3)) is None
    late = why_not([Rules(cutoff_hours=48)], _case("skip", charge_at=NOW + DAY))
    assert late and "48 hours before" in forbidden.words(late, "en", ZONE)
    assert "Montag, 30. November 2026" in forbidden.words(late, "de", ZONE)


@pytest.mark.parametrize(
    ("action", "left", "code"),
    [
        ("skip", timedelta(hours=48, seconds=1), None),
        ("skip", timedelta(hours=48), "cutoff"),
        ("move", timedelta(hours=1), "cutoff"),
        ("skip", timedelta(hours=-1), "cutoff"),
        ("address", timedelta(hours=48), "cutoff_ahead"),
        ("address", timedelta(0), None),
        ("pause", timedelta(hours=1), "cutoff_ahead"),
        ("cancel", timedelta(hours=1), None),
        ("payment_method", timedelta(hours=1), None),
    ],
)
def test_a_cutoff_holds_for_the_order_and_for_what_would_change_it(action: str, left: timedelta, code: str) -> None:
    assert why_not([Rules(cutoff_hours=48)], _case(action, charge_at=NOW + left)) == code


def test_an_order_is_not_moved_into_its_cutoff() -> None:
    case = _case("move", charge_at=NOW + 9 * DAY, to_charge_at=NOW + DAY)
    assert why_not([Rules(cutoff_hours=25)], case) == "too_soon"
    assert why_not([Rules(cutoff_hours=24)], case) is None


def _skips(*days: str) -> list[Skipped]:
    return [Skipped(90 + n, date.fromisoformat(day)) for n, day in enumerate(days)]


@pytest.mark.parametrize(
    ("on", "others", "is_allowed"),
    [
        ("2026-12-04", ["2025-12-05", "2026-03-04"], False),
        ("2026-12-04", ["2025-12-04", "2026-03-04"], True),
        ("2026-12-04", ["2027-03-04", "2027-12-03"], False),
        ("2026-12-04", ["2027-03-04", "2027-12-04"], True),
        ("2026-12-04", ["2026-06-04", "2027-06-03"], False),
        ("2026-12-04", ["2026-06-04", "2027-06-04"], True),
        ("2028-02-29", ["2027-03-01", "2027-06-01"], False),
        ("2029-02-28", ["2028-02-29", "2028-06-01"], False),
        ("2029-03-01", ["2028-02-29", "2028-06-01"], True),
    ],
)
def test_two_skips_in_any_twelve_months(on: str, others: list[str], is_allowed: bool) -> None:
    case = _case("skip", order=Skipped(7, date.fromisoformat(on)), skipped=_skips(*others))
    assert (why_not([Rules(skips_a_year=2)], case) is None) is is_allowed


@pytest.mark.parametrize(("indexes", "is_allowed"), [([5, 6], False), ([6, 8], False), ([5, 9], True), ([6], True)])
def test_two_skips_in_a_row(indexes: list[int], is_allowed: bool) -> None:
    day = date(2026, 12, 4)
    case = _case("skip", order=Skipped(7, day), skipped=[Skipped(index, day) for index in indexes])
    assert (why_not([Rules(skips_in_a_row=2)], case) is None) is is_allowed


def test_a_move_is_measured_from_where_the_order_was_planned_first() -> None:
    rules, planned = [Rules(move_days=7)], NOW + 20 * DAY
    for days, code in ((-7, None), (7, None), (8, "too_far"), (-8, "too_far")):
        assert why_not(rules, _case("move", planned_at=planned, to=planned + days * DAY)) == code


def test_a_pause_ends_in_time() -> None:
    rules = [Rules(pause_days=60)]
    wishes = ((None, "pause_open"), (NOW + 60 * DAY, None), (NOW + 61 * DAY, "pause_long"))
    for until, code in wishes:
        assert why_not(rules, _case("pause", has_wish=True, pause_until=until)) == code
    assert why_not(rules, _case("pause")) is None


def test_swaps_stay_within_the_product_or_the_list() -> None:
    wish = _case("swap", has_wish=True, product_gid="p1")
    listed = Rules(swaps=LISTED, swap_products=("p2",))
    for to, same, in_list in (
        ("p1", None, None),
        ("p2", "swap_product", None),
        ("p3", "swap_product", "swap_listed"),
    ):
        assert why_not([Rules(swaps=SAME_PRODUCT)], replace(wish, to_product_gid=to)) == same
        assert why_not([listed], replace(wish, to_product_gid=to)) == in_list
        same_plan = why_not([Rules(swaps=SAME_PLAN)], replace(wish, to_product_gid=to, offered=frozenset({"p2"})))
        assert same_plan == ("swap_plan" if to == "p3" else None)
    assert why_not([listed], replace(wish, product_gid=None)) == "swap_listed"  # two unknown ones are not the same


def test_a_switch_is_for_all_or_for_mails_alone_and_covers_taking_back() -> None:
    assert why_not([Rules(closed=frozenset({"skip"}))], _case("unskip", is_link=True)) == "closed"
    in_mails = [Rules(closed_in_mails=frozenset({"skip"}))]
    assert why_not(in_mails, _case("skip", is_link=True)) == "closed_in_mails"
    assert why_not(in_mails, _case("skip")) is None


def test_a_plan_without_its_own_rules_follows_the_shop() -> None:
    shop, own = Rules(cutoff_hours=1), Rules(cutoff_hours=2)
    known = {WHOLE_SHOP: shop, "plan": own}
    assert store.among(known, ["plan"]) == (own,)
    assert store.among(known, ["plan", None, "other"]) == (own, shop)
    assert store.among(known, []) == (shop,)


def test_every_edit_there_is_can_be_ruled() -> None:
    assert {*CHANGES, *ACTIONS} == {*OF_ONE_ORDER, *OF_CONTRACT, *UNRULED} - {"paid_order"}
    assert set(GOES_WITH) | set(SWITCHES) == set(EVERY)
