"""What shoppers may change: a form of the shop and one of each plan, saved as a whole, told in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shopify_app.catalog.models import Product
from shopify_app.edits.rules import store
from shopify_app.edits.rules.models import WHOLE_SHOP
from shopify_app.edits.rules.terms import FREE, IN_MAILS, SWITCHES, Rules
from shopify_app.web.admin.rule_words import NAMES
from shopify_app.web.admin.shopper_rules import SHOWN
from tests.web import rows
from tests.web.conftest import NOW, Admin

PLAN = "gid://shopify/SellingPlan/5"
OPEN = {f"may_{name}": "1" for name in SHOWN} | {f"mail_{name}": "1" for name in IN_MAILS} | {"swaps": "any"}


@pytest.fixture(autouse=True)
def stock(admin: Admin) -> None:
    with admin.context.db.session() as session:
        of_plan = rows.contract(session, admin.shop_id, 7, billing_policy={"interval": "MONTH", "intervalCount": 1})
        of_plan.lines[0].selling_plan_gid, of_plan.lines[0].selling_plan_name = PLAN, "Every <month>"
        rows.cycle(session, of_plan, 2, NOW + timedelta(days=20))
        for number, title in ((1, "House Blend"), (2, "Filters")):
            session.add(
                Product(
                    shop_id=admin.shop_id, shopify_gid=f"gid://shopify/Product/{number}", title=title,
                    status="ACTIVE", shopify_updated_at=NOW,
                )
            )  # fmt: skip


def _saved(admin: Admin) -> dict[str, Rules]:
    with admin.context.db.session() as session:
        return store.of_shop(session, admin.shop_id)


def test_the_settings_lead_to_a_page_on_which_everything_is_allowed(admin: Admin):
    assert 'href="/settings/rules"' in admin.get("/settings").text
    html = admin.get("/settings/rules").text
    assert html.count(" checked") == len(SHOWN) + len(IN_MAILS) and set(NAMES) == set(SWITCHES)
    assert "Shoppers can do everything in the list above." in html and "until its charge begins" in html
    assert "Every &lt;month&gt;" in html and "/settings/rules?plan=5" in html
    assert admin.post("/settings/rules", **OPEN).status_code == 200
    assert _saved(admin) == {WHOLE_SHOP: FREE}


def test_rules_are_saved_told_in_words_and_noted(admin: Admin):
    form = {name: value for name, value in OPEN.items() if name not in ("may_remove", "mail_skip")}
    form |= {"cutoff_hours": "48", "skips_a_year": "1", "before_cancel": "3", "swaps": "listed", "product_2": "1"}
    html = admin.post("/settings/rules", **form).text
    assert _saved(admin)[WHOLE_SHOP] == Rules(
        closed=frozenset({"remove"}),
        closed_in_mails=frozenset({"skip"}),
        cutoff_hours=48,
        before_cancel=3,
        skips_a_year=1,
        swaps="listed",
        swap_products=("gid://shopify/Product/2",),
    )
    for said in (
        "Shoppers cannot: remove a product.",
        "Not from a mail, but in their account: skip an order, and bring it back.",
        "An order can be changed until 48 hours before its charge.",
        "In any twelve months they can skip 1 order.",
        "They can cancel after 3 paid orders.",
        "They can swap a product for: Filters.",
    ):
        assert said in html
    assert 'name="cutoff_hours"' in html and 'value="48"' in html
    history = admin.get("/settings").text
    assert "What shoppers may change was decided anew by you or your staff." in history
    admin.post("/settings/rules", **form)
    assert admin.get("/settings").text.count("was decided anew") == 1


def test_a_plan_goes_its_own_way_and_follows_again(admin: Admin):
    assert "follows the shop's rules" in admin.get("/settings/rules?plan=5").text.replace("&#39;", "'")
    html = admin.post("/settings/rules", **(OPEN | {"plan": "5", "pause_days": "30"})).text
    assert "A pause ends after 30 days at the latest." in html and "Drop the rules of this plan" in html
    assert _saved(admin) == {WHOLE_SHOP: FREE, PLAN: Rules(pause_days=30)}
    assert "has rules of its own" in admin.get("/settings/rules").text
    assert admin.post("/settings/rules/follow", plan="5").status_code == 200
    assert _saved(admin) == {WHOLE_SHOP: FREE}
    assert "follows the shop&#39;s rules for shoppers again" in admin.get("/settings").text
    assert admin.post("/settings/rules/follow", plan="").status_code == 200  # the shop follows nobody


@pytest.mark.parametrize("number", ["6", "x", "5%00", "٥"])
def test_an_unknown_plan_is_told(admin: Admin, number: str):
    assert admin.get(f"/settings/rules?plan={number}").status_code == 404
    assert admin.post("/settings/rules", **(OPEN | {"plan": number})).status_code == 404
    assert _saved(admin) == {WHOLE_SHOP: FREE}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("cutoff_hours", "721", "Enter a whole number from 0 to 720."),
        ("skips_a_year", "0", "Enter a whole number from 1 to 60."),
        ("pause_days", "soon", "Enter a whole number from 1 to 730."),
        ("before_cancel", "-1", "Enter a whole number from 0 to 60."),
        ("swaps", "each", "Choose one of the options."),
        ("swaps", "listed", "Choose at least one product below."),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_saved(admin: Admin, field: str, value: str, words: str):
    form = {name: each for name, each in OPEN.items() if name != "may_pause"} | {field: value}
    answer = admin.post("/settings/rules", **form)
    assert answer.status_code == 422 and words in answer.text and "Nothing was saved" in answer.text
    assert answer.text.count(" checked") == len(SHOWN) + len(IN_MAILS) - 1  # what was typed stays
    assert _saved(admin) == {WHOLE_SHOP: FREE}


def test_staff_read_which_rule_they_override(admin: Admin):
    admin.post("/settings/rules", **(OPEN | {"before_cancel": "9", "plan": "5"}))
    html = admin.post("/contracts/7/cancel", reason="other").text
    assert "against your rule for shoppers about the orders to be paid first" in html
    assert "against your rule" not in admin.get("/contracts/7/pause").text
    admin.post("/settings/rules", **(OPEN | {"move_days": "5"}))
    admin.post("/settings/rules/follow", plan="5")
    for day, is_told in (("2026-12-26", False), ("2026-12-27", True)):
        html = admin.post("/contracts/7/move", cycle="2", to=day).text
        assert ("against your rule for shoppers about how far an order may be moved" in html) is is_told
