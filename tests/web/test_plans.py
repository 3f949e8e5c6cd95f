"""Plans: words and an example price before anything is published, mistakes at their fields, and no other shop's."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from shopify_app.plans import answers, door
from shopify_app.plans.answers import Answer
from shopify_app.plans.changes import AddPlan, Attach, ChangePlan, Create, Delete, Detach, RemovePlan, Rename
from shopify_app.plans.models import SellingPlan, SellingPlanGroup
from shopify_app.plans.terms import AMOUNT, PERCENTAGE, PRICE, Terms
from tests.web import rows
from tests.web.conftest import NOW, Admin

GROUP = "gid://shopify/SellingPlanGroup/71"
FORM = {"group": "Save", "unit": "WEEK", "every": "4", "deliveries": "1", "discount": PERCENTAGE, "value": "15.0"}
FOUR_WEEKS = Terms("Every 4 weeks", "WEEK", 4, discount=PERCENTAGE, value="15")


@pytest.fixture
def asked(monkeypatch) -> list[tuple]:
    """The door is left ajar: what it is asked is written down, Shopify is not there."""
    seen: list[tuple] = []

    def carry_out(ctx, shop_id, change, request_id, actor, group_gid=None) -> Answer:
        seen.append((change, request_id, actor, group_gid))
        return Answer(True, answers.DONE, (), group_gid)

    monkeypatch.setattr(door, "carry_out", carry_out)
    return seen


def _refuse(monkeypatch, answer: Answer) -> None:
    monkeypatch.setattr(door, "carry_out", lambda *_: answer)


def _offer(admin: Admin, *plans: Terms) -> None:
    """A group of these plans, sold with a coffee at $16."""
    coffee = {"gid": "gid://shopify/Product/5", "title": "House <Blend>", "price": "16.00"}
    with admin.context.db.session() as session:
        offered = [_plan(admin, number, terms) for number, terms in enumerate(plans, 81)]
        session.add(
            SellingPlanGroup(
                shop_id=admin.shop_id, shopify_gid=GROUP, name="Save", merchant_code="m", options=["Every"],
                products=[coffee], shopify_created_at=NOW, read_at=NOW, plans=offered,
            )
        )  # fmt: skip


def _plan(admin: Admin, number: int, terms: Terms) -> SellingPlan:
    steps = [{"after": 0, "type": terms.discount, "value": terms.value}] if terms.value else []
    if terms.first:
        steps.append({"after": terms.first, "type": terms.later, "value": terms.later_value})
    return SellingPlan(
        shop_id=admin.shop_id,
        shopify_gid=f"gid://shopify/SellingPlan/{number}",
        position=number,
        name=terms.name,
        options=[terms.name],
        billing_policy={**terms.billing, "minCycles": terms.min_cycles, "maxCycles": terms.max_cycles},
        delivery_policy={**terms.delivery, "cutoff": terms.cutoff},
        pricing_policies=steps,
    )


def _request_id(html: str) -> str:
    found = re.search(r'name="request_id" value="([^"]+)"', html)
    assert found
    return found[1]


def test_a_plan_is_shown_in_words_before_it_is_published(admin: Admin, asked: list[tuple]):
    assert "Nothing is offered on subscription yet" in admin.get("/plans").text
    assert 'name="group"' in admin.get("/plans/new").text
    html = admin.post("/plans/new", **FORM).text
    assert "Delivered and charged every 4 weeks." in html and "15% off." in html
    assert "An item: $20.00 → $17.00 every 4 weeks" in html and asked == []
    back = admin.post("/plans/new", **FORM, back="1")
    assert back.status_code == 200 and 'value="15.0"' in back.text
    done = admin.post("/plans/new", **FORM, request_id=_request_id(html))
    assert done.status_code == 200 and 'data-toast="Done at Shopify"' in done.text
    assert asked == [(Create("Save", FOUR_WEEKS.as_json()), _request_id(html), "merchant:42", None)]


def test_a_prepaid_plan_on_a_fixed_day_says_all_of_it(admin: Admin, asked: list[tuple]):
    _offer(admin, FOUR_WEEKS)
    form = {"unit": "MONTH", "every": "1", "deliveries": "3", "discount": AMOUNT, "value": "6", "monthday": "15"}
    form |= {"cutoff": "3", "min_cycles": "2", "max_cycles": "8", "name": "Ahead"}
    html = admin.post("/plans/71/add", **form).text
    assert "Delivered every month on day 15 of the month; 3 deliveries are paid at once, every 3 months." in html
    assert "$6.00 off each charge." in html and "less than 3 days before that day" in html
    assert "at least 2 charges" in html and "ends after 8 charges" in html
    assert "House &lt;Blend&gt;: $48.00 → $42.00 every 3 months, $14.00 a delivery" in html
    admin.post("/plans/71/add", **form, request_id="r")
    terms = Terms("Ahead", "MONTH", 1, 3, AMOUNT, "6", 15, 3, 2, 8)
    assert asked == [(AddPlan(terms.as_json()), "r", "merchant:42", GROUP)]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("group", " ", "Enter a name."),
        ("unit", "HOUR", "Choose one of the options."),
        ("every", "0", "Enter a whole number from 1 to 99."),
        ("deliveries", "x", "Enter a whole number from 1 to 60."),
        ("value", "", "Enter a number above 0 and up to 100"),
        ("value", "101", "Enter a number above 0 and up to 100"),
        ("value", "1e9", "Enter a number above 0 and up to 100"),
        ("weekday", "8", "Enter a whole number from 1 to 7."),
        ("monthday", "15", "A day of the month goes with months and years only."),
        ("cutoff", "2", "A cutoff needs a fixed day."),
        ("month", "3", "A month goes with years only."),
        ("min_cycles", "-1", "Enter a whole number from 1 to 999."),
    ],
)
def test_a_mistake_is_told_at_its_field(admin: Admin, asked: list[tuple], field: str, value: str, words: str):
    answer = admin.post("/plans/new", **(FORM | {field: value}), request_id="r")
    assert answer.status_code == 422 and asked == []
    assert re.search(rf'name="{field}"[^>]* error="{re.escape(words)}', answer.text)


def test_a_price_to_try_it_at_is_said_with_an_example_and_published(admin: Admin, asked: list[tuple]):
    _offer(admin, FOUR_WEEKS)
    form = {"unit": "WEEK", "every": "4", "deliveries": "1", "discount": PRICE, "value": "5", "name": "Try it"}
    form |= {"first": "2", "later": PRICE, "later_value": "12"}
    html = admin.post("/plans/71/add", **form).text
    assert "The first 2 orders cost $5.00 an item each." in html
    assert "After that, each charge costs $12.00 an item." in html
    assert "House &lt;Blend&gt;: 2 orders at $5.00, then $12.00 every 4 weeks" in html
    german = admin.post("/plans/71/add?locale=de", **form).text
    assert "2 Bestellungen zu 5,00\xa0$, danach 12,00\xa0$" in german
    admin.post("/plans/71/add", **form, request_id="r")
    trial = Terms("Try it", "WEEK", 4, discount=PRICE, value="5", first=2, later=PRICE, later_value="12")
    assert asked == [(AddPlan(trial.as_json()), "r", "merchant:42", GROUP)]
    for typed, field, words in (
        ({"first": "0"}, "first", "Enter a whole number from 1 to 99."),
        ({"first": ""}, "first", "Say for how many orders the first price holds"),
        ({"later_value": "x"}, "later_value", "Enter an amount in USD"),
        ({"later_value": "5"}, "later_value", "This is the price of the first orders, too."),
        ({"later": "HALF"}, "later", "Choose one of the options."),
        ({"max_cycles": "2"}, "first", "The subscription ends before the later price begins."),
    ):
        answer = admin.post("/plans/71/add", **(form | typed))
        assert answer.status_code == 422 and re.search(rf'name="{field}"[^>]* error="{words}', answer.text), typed


def test_a_yearly_plan_has_a_date(admin: Admin, asked: list[tuple]):
    _offer(admin, FOUR_WEEKS)
    form = {"unit": "YEAR", "every": "1", "deliveries": "1", "discount": "NONE", "name": "Each spring"}
    for typed, field, words in (
        ({"month": "3"}, "monthday", "Choose the month and its day together, or neither."),
        ({"monthday": "5"}, "month", "Choose the month and its day together, or neither."),
        ({"month": "2", "monthday": "29"}, "monthday", "The month does not have this day every year."),
        ({"month": "13", "monthday": "5"}, "month", "Enter a whole number from 1 to 12."),
    ):
        answer = admin.post("/plans/71/add", **form, **typed)
        assert answer.status_code == 422 and re.search(rf'name="{field}"[^>]* error="{words}', answer.text)
    form |= {"month": "3", "monthday": "5"}
    assert "charged every year on March 5." in admin.post("/plans/71/add", **form).text
    admin.post("/plans/71/add", **form, request_id="r")
    terms = Terms("Each spring", "YEAR", 1, anchor=5, month=3)
    assert asked == [(AddPlan(terms.as_json()), "r", "merchant:42", GROUP)]


def test_what_shopify_refuses_is_told_at_its_field_too(admin: Admin, monkeypatch):
    _offer(admin, FOUR_WEEKS)
    problems = (("max_cycles", "It must be more."), ("anchor", "Not this day."), ("", "Not today."))
    _refuse(monkeypatch, Answer(False, "Nothing was changed", problems, GROUP))
    answer = admin.post("/plans/71/add", **FORM, request_id="r")
    assert answer.status_code == 422 and "Not today." in answer.text
    assert re.search(r'name="max_cycles"[^>]* error="It must be more."', answer.text)
    assert re.search(r'name="weekday"[^>]* error="Not this day."', answer.text)
    answer = admin.post("/plans/71/name", group="Other", request_id="r")
    assert answer.status_code == 422 and 'value="Other"' in answer.text
    _refuse(monkeypatch, Answer(False, answers.UNDER_WAY, (), GROUP))
    answer = admin.post("/plans/71/delete", request_id="r")
    assert answer.status_code == 409 and answers.UNDER_WAY in answer.text and "Choose products" in answer.text


def test_a_group_is_shown_and_changed(admin: Admin, asked: list[tuple]):
    weekly = Terms("Weekly", "WEEK", 1, anchor=1)
    _offer(admin, FOUR_WEEKS, weekly)
    html = admin.get("/plans").text
    assert "Shopify did not answer" in html and "House &lt;Blend&gt;: $16.00 → $13.60 every 4 weeks" in html
    html = admin.get("/plans/71").text
    assert "Delivered and charged every week on Mondays." in html and "No discount." in html
    html = admin.get("/plans/71/82").text
    assert 'name="name" label="What shoppers choose" value="Weekly"' in html
    assert '<s-option value="1" selected>Monday</s-option>' in html
    form = {"unit": "WEEK", "every": "2", "deliveries": "1", "discount": "NONE", "name": "Weekly", "weekday": "1"}
    assert "keep their terms" in admin.post("/plans/71/82", **form).text
    admin.post("/plans/71/82", **form, request_id="a")
    assert "keep their terms" in admin.get("/plans/71/82/remove").text
    admin.post("/plans/71/82/remove", request_id="b")
    admin.post("/plans/71/name", group="Subscribe", request_id="c")
    assert "keep their terms" in admin.get("/plans/71/delete").text
    admin.post("/plans/71/delete", request_id="d")
    changed = Terms("Weekly", "WEEK", 2, anchor=1)
    assert [what[0] for what in asked] == [
        ChangePlan("gid://shopify/SellingPlan/82", changed.as_json()),
        RemovePlan("gid://shopify/SellingPlan/82"),
        Rename("Subscribe"),
        Delete(),
    ]
    assert {what[3] for what in asked} == {GROUP} and [what[1] for what in asked] == ["a", "b", "c", "d"]


def test_products_are_chosen(admin: Admin, asked: list[tuple], monkeypatch):
    _offer(admin, FOUR_WEEKS)
    assert "Shopify did not answer" in admin.get("/plans/71/products?q=x").text
    for chosen in ({}, {"product": "gid://shopify/Order/1"}):
        answer = admin.post("/plans/71/products", do="attach", **chosen)
        assert answer.status_code == 422 and "Choose at least one product." in answer.text
    products = ["gid://shopify/Product/5", "gid://shopify/Product/6"]
    admin.post("/plans/71/products", do="attach", product=products)
    admin.post("/plans/71/products", do="detach", product=products[:1])
    assert [what[0] for what in asked] == [Attach(products), Detach(products[:1])]


def test_what_was_done_stands_in_the_history(admin: Admin):
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 7)
        fact = rows.fact(
            session, contract, "plans.attached", data={"group": "Save", "products": 2}, actor="merchant:42"
        )
        fact.contract_gid = None
    assert "Plans “Save” were added to 2 products by you or your staff." in admin.get("/settings").text


def test_plans_that_are_none_of_ours_are_not_found(admin: Admin):
    _offer(admin, FOUR_WEEKS)
    for path in ("72", "abc", "٧", "9" * 30, "71/1", "71/1/remove", "72/add", "72/products", "72/name", "72/delete"):
        assert admin.get(f"/plans/{path}").status_code == 404, path
    with admin.context.db.session() as session:
        session.query(SellingPlan).update({"billing_policy": {}})
    assert admin.get("/plans/71/81").status_code == 404
    assert "terms that cannot be changed here" in admin.get("/plans/71").text


def test_plans_of_a_deleted_group_are_not_among_those_with_rules(admin: Admin):
    _offer(admin, FOUR_WEEKS)
    assert "/settings/rules?plan=81" in admin.get("/settings/rules").text
    with admin.context.db.session() as session:
        session.execute(update(SellingPlanGroup).values(deleted_at=NOW))
    assert "/settings/rules?plan=81" not in admin.get("/settings/rules").text
