"""What the extension on a product's page in Shopify's admin asks (`extensions/purchase-options`).

The shop's plans, whether the product or one variant of it is sold with them, and the changes of the plans page,
through the same door.

JSON below `/purchase-options/v1`. The extension has an id token of the staff member, as the pages have. A change
answers 200 when it is done, 409 when it is not, 422 with what is wrong at which field.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from sqlalchemy import select

from shopify_app.catalog.models import Variant
from shopify_app.edits.contract import goods
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import _, known
from shopify_app.plans import door, queries
from shopify_app.plans.answers import GONE, Answer
from shopify_app.plans.changes import Attach, Change, ChangePlan, Create, Detach, is_variant, terms_of
from shopify_app.plans.models import SellingPlanGroup
from shopify_app.web import cors, ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import plan_form
from shopify_app.web.admin.plans import LONGEST_NAME, PATIENCE, SOLD, ask, find, plan_of, shown
from shopify_app.web.bodies import BadBody, json_object
from shopify_app.web.forms import Form

log = logging.getLogger(__name__)
PREFIX = "/purchase-options/"
blueprint = Blueprint("purchase_options", __name__, url_prefix=f"{PREFIX}v1")
cors.register(blueprint, PREFIX)


@blueprint.get("/plans")
@merchant
def offer() -> Response:
    """All groups, read again just now. `?product=` says of which product or variant, `?plan=` which plan is to be
    changed."""
    is_stale = False
    try:
        door.look(ctx(), g.shop.id, PATIENCE)
    except ShopifyError as error:
        is_stale = True
        log.warning("selling plans shown as they were", extra={"shop": g.shop.domain, "error": str(error)})
    product, wanted = request.args.get("product", ""), request.args.get("plan", "")
    whole = _whole(product)
    with ctx().db.session() as session:
        groups = queries.groups(session, g.shop.id)
        rows = [_group(shown(session, group), group, product, whole) for group in groups]
    return jsonify(
        is_stale=is_stale,
        currency=g.shop.currency,
        groups=rows,
        start=plan_form.EMPTY | {"group": _("Subscribe and save")},
        change=_to_change(groups, wanted),
    )


@blueprint.post("/plans")
@merchant
def create() -> Response:
    """A new group with its first plan, sold with the product or variant."""
    form = _form()
    product = form.typed.get("product", "")
    name = form.text("group", _("a name"), longest=LONGEST_NAME)
    terms = plan_form.read(form, g.shop.currency)
    if not SOLD.fullmatch(product):
        form.errors["product"] = _("Choose at least one product.")
    if terms is None or name is None or form.errors:
        return _wrong(form)
    return _tell(form, ask(Create(name, terms.as_json(), [product]), form))


@blueprint.post("/plans/<group>/<plan>")
@merchant
def change(group: str, plan: str) -> Response:
    """Other terms for a plan, for those who subscribe from now on."""
    form, found = _form(), find(group)
    one = plan_of(found, plan) if found else None
    if found is None or one is None:
        return _gone()
    terms = plan_form.read(form, g.shop.currency)
    if terms is None:
        return _wrong(form)
    return _tell(form, ask(ChangePlan(one.shopify_gid, terms.as_json()), form, found))


@blueprint.post("/plans/<group>/products")
@merchant
def products(group: str) -> Response:
    """The product or variant is sold with a group (`do`: attach), or no longer (detach)."""
    form, found = _form(), find(group)
    if found is None:
        return _gone()
    product = form.typed.get("product", "")
    if not SOLD.fullmatch(product):
        form.errors["product"] = _("Choose at least one product.")
        return _wrong(form)
    wish: Change = Detach([product]) if form.typed.get("do") == "detach" else Attach([product])
    return _tell(form, ask(wish, form, found))


def _form() -> Form:
    """The fields that were sent; a body that is none, and values that are no text, are as if not sent."""
    try:
        sent = json_object(request.get_data())
    except BadBody:
        sent = {}
    return Form({name: value for name, value in sent.items() if isinstance(value, str)})


def _whole(product: str) -> str | None:
    """The product that a variant belongs to; None for a product itself, and where Shopify has not said it."""
    if not is_variant(product) or goods.learn(ctx(), g.shop.id, product):
        return None
    known = (Variant.shop_id == g.shop.id, Variant.shopify_gid == product)
    with ctx().db.session() as session:
        return session.scalar(select(Variant.product_gid).where(*known))


def _group(row: dict[str, Any], group: SellingPlanGroup, product: str, whole: str | None) -> dict[str, Any]:
    """`is_whole`: a variant is sold with the group because its product is."""
    names = {"number": row["number"], "name": row["name"], "plans": row["plans"]}
    sold = {each["gid"] for each in (*group.products, *group.variants)}
    return {**names, "is_sold": product in sold, "is_whole": whole in sold}


def _to_change(groups: Sequence[SellingPlanGroup], wanted: str) -> dict[str, Any] | None:
    """The plan that is to be changed, with its form filled in; `typed` is null when a form cannot say its terms."""
    for group in groups:
        for plan in queries.on_sale(group):
            if wanted and plan.shopify_gid == wanted:
                terms = terms_of(plan)
                return {
                    "group": number_of(group.shopify_gid),
                    "plan": number_of(plan.shopify_gid),
                    "name": plan.name,
                    "typed": plan_form.typed(terms) if terms else None,
                }
    return None


def _tell(form: Form, answer: Answer) -> Response:
    if answer.problems:
        elsewhere = plan_form.refuse(form, answer.problems)
        return _wrong(form, elsewhere)
    return _outcome(200 if answer.is_done else 409, answer.is_done, known(answer.words), {})


def _wrong(form: Form, words: str = "") -> Response:
    return _outcome(422, False, words or _("Nothing was changed"), dict(form.errors))


def _gone() -> Response:
    return _outcome(404, False, known(GONE), {})


def _outcome(code: int, is_done: bool, words: str, errors: dict[str, str]) -> Response:
    response = jsonify(is_done=is_done, words=words, errors=errors)
    response.status_code = code
    return response
