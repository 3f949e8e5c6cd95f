"""Plans from a product's page in Shopify's admin: what is told of the product, and one door for every change."""

from __future__ import annotations

from typing import Any

from shopify_app.catalog.models import Variant
from shopify_app.plans import answers, door
from shopify_app.plans.answers import Answer
from shopify_app.plans.changes import Attach, ChangePlan, Create, Detach
from shopify_app.plans.models import SellingPlanGroup
from shopify_app.plans.terms import Terms
from tests.web.conftest import Admin
from tests.web.test_plans import FOUR_WEEKS, GROUP, _offer, asked

__all__ = ["asked"]
HERE = "/purchase-options/v1/plans"
PRODUCT = "gid://shopify/Product/5"
ONE = "gid://shopify/ProductVariant/8"
FORM = {"group": "Save", "unit": "WEEK", "every": "4", "deliveries": "1", "discount": "PERCENTAGE", "value": "15.0"}


def _post(admin: Admin, path: str, **fields: Any) -> Any:
    headers = {"Authorization": f"Bearer {admin.token()}"}
    return admin.client.post(f"{HERE}{path}", json=fields, headers=headers)


def test_a_products_plans_are_told_with_their_words_and_the_one_to_change_with_its_form(admin: Admin):
    _offer(admin, FOUR_WEEKS)
    told = admin.get(f"{HERE}?product={PRODUCT}&plan=gid://shopify/SellingPlan/81").json
    (group,) = told["groups"]
    assert told["is_stale"] and group["is_sold"] and group["number"] == "71"
    assert group["plans"][0]["example"] == "House <Blend>: $16.00 → $13.60 every 4 weeks"
    assert told["change"]["typed"]["every"] == "4" and told["change"]["plan"] == "81"
    other = admin.get(f"{HERE}?product=gid://shopify/Product/6").json
    assert not other["groups"][0]["is_sold"] and other["change"] is None


def test_each_change_is_asked_of_the_one_door(admin: Admin, asked: list[tuple]):
    _offer(admin, FOUR_WEEKS)
    done = _post(admin, "", **FORM, product=PRODUCT, request_id="a")
    assert (done.status_code, done.json["is_done"]) == (200, True)
    assert done.headers["Access-Control-Allow-Origin"] == "*"
    _post(admin, "/71/81", **FORM | {"every": "6", "name": "Six"}, request_id="b")
    _post(admin, "/71/products", do="attach", product=PRODUCT, request_id="c")
    _post(admin, "/71/products", do="detach", product=PRODUCT, request_id="d")
    six = Terms("Six", "WEEK", 6, discount="PERCENTAGE", value="15")
    assert asked == [
        (Create("Save", FOUR_WEEKS.as_json(), [PRODUCT]), "a", "merchant:42", None),
        (ChangePlan("gid://shopify/SellingPlan/81", six.as_json()), "b", "merchant:42", GROUP),
        (Attach([PRODUCT]), "c", "merchant:42", GROUP),
        (Detach([PRODUCT]), "d", "merchant:42", GROUP),
    ]


def test_one_variant_is_sold_by_itself_or_with_its_whole_product(admin: Admin, asked: list[tuple]):
    _offer(admin, FOUR_WEEKS)
    with admin.context.db.session() as session:
        for number, product in ((7, 5), (8, 6)):
            owner = f"gid://shopify/Product/{product}"
            gid = f"gid://shopify/ProductVariant/{number}"
            session.add(Variant(shop_id=admin.shop_id, shopify_gid=gid, product_gid=owner, title="1 kg", price=40))
        own = {"gid": ONE, "product_gid": "gid://shopify/Product/6", "title": "Rose Tea", "variant_title": "1 kg"}
        session.query(SellingPlanGroup).update({"variants": [own | {"price": "40.00"}]})
    told = [admin.get(f"{HERE}?product=gid://shopify/ProductVariant/{n}").json["groups"][0] for n in (7, 8)]
    assert [(each["is_sold"], each["is_whole"]) for each in told] == [(False, True), (True, False)]
    assert "Rose Tea (1 kg)" in admin.get("/plans/71").text and "1 single variant" in admin.get("/plans").text
    _post(admin, "", **FORM, product=ONE, request_id="a")
    _post(admin, "/71/products", do="detach", product=ONE, request_id="b")
    admin.post("/plans/71/products", do="attach", product=[PRODUCT, ONE], request_id="c")
    assert [each[:2] for each in asked] == [
        (Create("Save", FOUR_WEEKS.as_json(), [ONE]), "a"),
        (Detach([ONE]), "b"),
        (Attach([PRODUCT]), "c"),
        (Attach([ONE]), "c-variants"),
    ]


def test_what_is_wrong_is_told_at_its_field_and_changes_nothing(admin: Admin, asked: list[tuple], monkeypatch):
    _offer(admin, FOUR_WEEKS)
    wrong = _post(admin, "", **FORM | {"value": "150", "group": " "}, product="5")
    assert wrong.status_code == 422 and set(wrong.json["errors"]) == {"value", "group", "product"}
    assert _post(admin, "/71/81", every=6).status_code == 422
    assert _post(admin, "/71/products", do="attach").status_code == 422
    assert _post(admin, "/72/products", product=PRODUCT).status_code == 404 == _post(admin, "/71/99").status_code
    assert asked == []
    monkeypatch.setattr(door, "carry_out", lambda *_: Answer(False, answers.UNDER_WAY, (), GROUP))
    unsure = _post(admin, "/71/products", do="attach", product=PRODUCT)
    assert (unsure.status_code, unsure.json["words"]) == (409, answers.UNDER_WAY)


def test_an_extension_may_ask_from_its_own_origin(admin: Admin):
    preflight = admin.client.options(HERE, headers={"Origin": "null", "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 204 and "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert admin.client.get(HERE).status_code == 401
