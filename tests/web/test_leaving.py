"""When shoppers leave: rows of regions and a discount, saved whole or told at the field, noted in the history."""

from __future__ import annotations

import pytest

from shopify_app.journal.models import Fact
from shopify_app.leaving import store
from shopify_app.leaving.regions import EU, SHIPPED, Region
from tests.web.conftest import Admin

PAGE = "/settings/leaving"


def _saved(admin: Admin) -> dict[str, Region]:
    with admin.context.db.session() as session:
        return store.regions(session, admin.shop_id)


def test_the_page_says_what_is_known_of_each_region_and_what_is_not(admin: Admin) -> None:
    assert f'href="{PAGE}"' in admin.get("/settings").text
    html = admin.get(PAGE).text
    assert html.count('tone="success">On<') == 4 and html.count("<s-badge>Off<") == len(SHIPPED) - 4
    assert "Withdrawal within 14 days." in html and "Nobody gets an acknowledgement" in html
    assert "in two labelled steps for 14 days" in admin.get(f"{PAGE}?region=EU").text
    assert "No reason is asked for" in admin.get(f"{PAGE}?region=US-CA").text
    assert "not what it says about cancelling" in admin.get(f"{PAGE}?region=US-NY").text
    assert "Nothing is known of the rules of this region." in admin.get(f"{PAGE}?region=GB").text


def test_a_row_is_changed_added_and_noted(admin: Admin) -> None:
    form = {"code": "EU", "is_on": "1", "offers": "1", "withdrawal_days": "30", "exempt": "Opened bags <all>."}
    assert "European Union: saved" in admin.post(f"{PAGE}/region", **form).text
    assert _saved(admin)[EU] == Region(EU, True, False, True, 30, "Opened bags <all>.")
    assert "Opened bags &lt;all&gt;." in admin.get(f"{PAGE}?region=EU").text
    added = admin.post(f"{PAGE}/region", code="us-tx", is_on="1", asks_reason="1").text
    assert "United States, TX" in added and _saved(admin)["US-TX"] == Region("US-TX", True, True, False)
    admin.post(f"{PAGE}/region", code="*", asks_reason="1")
    assert _saved(admin)["*"] == Region("*", True, True, False)  # always on
    admin.post(f"{PAGE}/region", code="*", asks_reason="1")
    with admin.context.db.session() as session:
        facts = session.query(Fact).filter_by(kind="leaving.changed").order_by(Fact.id).all()
        assert [fact.data["what"] for fact in facts] == ["EU", "US-TX", "*"] and facts[0].before["exempt"] == ""
        assert all(fact.actor.startswith("merchant:") for fact in facts)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"code": "EU", "is_on": "1", "withdrawal_days": "13"}, "14 days at least"),
        ({"code": "DE", "is_on": "1", "withdrawal_days": "7"}, "14 days at least"),
        ({"code": "GB", "withdrawal_days": "soon"}, "Enter a whole number from 1 to 365."),
        ({"code": "GB", "exempt": "x" * 501}, "Use at most 500 characters."),
        ({"code": "Texas"}, "Enter the code of a country with two letters, or of a state as in US-TX."),
        ({"code": "QQ"}, "Enter the code of a country"),
        ({}, "Enter the code of a country"),
    ],
)
def test_what_is_wrong_is_told_at_the_field_and_nothing_is_saved(
    admin: Admin, form: dict[str, str], said: str
) -> None:
    answer = admin.post(f"{PAGE}/region", **form)
    assert answer.status_code == 422 and said in answer.text
    assert _saved(admin) == SHIPPED


def test_the_discount_is_chosen_switched_off_and_checked(admin: Admin) -> None:
    def saved() -> store.Offer:
        with admin.context.db.session() as session:
            return store.offer(session, admin.shop_id)

    form = {"is_on": "1", "percentage": "20", "orders": "3", "title": "Thanks"}
    assert "Offered now: 20% off each of the next 3 orders." in admin.post(f"{PAGE}/offer", **form).text
    assert saved() == store.Offer(True, 20, 3, "Thanks")
    for wrong in ({"percentage": "0"}, {"orders": "61"}, {"title": " "}):
        assert admin.post(f"{PAGE}/offer", **form | wrong).status_code == 422
    assert saved() == store.Offer(True, 20, 3, "Thanks")
    admin.post(f"{PAGE}/offer", **{name: value for name, value in form.items() if name != "is_on"})
    assert saved() == store.Offer(False, 20, 3, "Thanks")
