"""Plans: what the shop offers on subscription. The list, one group, and the simple deeds; terms are in `plan_terms`.

Opening the list reads Shopify's list again; when it does not answer, the page shows what was known and says so.
"""

from __future__ import annotations

import logging
import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

from flask import Response, g, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product, Variant
from shopify_app.contracts.contents import ONLY_VARIANT
from shopify_app.gateways.shopify import selling_plans
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.kit.gid import gid, number_of
from shopify_app.kit.speech import N_, _
from shopify_app.plans import door, queries
from shopify_app.plans.answers import Answer
from shopify_app.plans.changes import Attach, Change, Delete, Detach, RemovePlan, Rename, is_variant, terms_of
from shopify_app.plans.models import SellingPlan, SellingPlanGroup
from shopify_app.shops.tokens import with_client
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, plan_widget, plan_words, render
from shopify_app.web.forms import Form

log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds of machine time a page may wait for points of the shop's bucket."""
LONGEST_NAME = 100
SHOWN = 250
"""So many products at once: as many as one call takes."""
KEEP = N_("Existing subscriptions keep their terms and go on.")
SOLD = re.compile(r"gid://shopify/Product(Variant)?/[0-9]{1,20}")
"""What plans are sold with: a product as a whole, or a variant by itself."""

Values = dict[str, Any]


@blueprint.get("/plans")
@merchant
def plans() -> Response:
    """All groups, read again just now."""
    return show_list()


@blueprint.get("/plans/<group>")
@merchant
def plan_group(group: str) -> Response:
    """One group with its plans and products."""
    found = find(group)
    return show_group(found) if found else missing()


@blueprint.route("/plans/<group>/name", methods=["GET", "POST"])
@merchant
def rename_plans(group: str) -> Response:
    """Another name for a group."""
    found = find(group)
    if found is None:
        return missing()
    form = Form(request.form if request.method == "POST" else {"group": found.name})
    name = form.text("group", _("a name"), longest=LONGEST_NAME)
    if request.method == "POST" and name is not None:
        answer = ask(Rename(name), form, found)
        if not answer.problems:
            return tell(answer)
        form.errors["group"] = answer.problems[0][1]
    code = 422 if form.errors else 200
    return render.page(
        "plans/rename.html",
        title=_("Rename %(name)s", name=found.name),
        code=code,
        **common(found),
        typed=form.typed,
        errors=form.errors,
    )


@blueprint.route("/plans/<group>/delete", methods=["GET", "POST"])
@merchant
def delete_plans(group: str) -> Response:
    """Take a group off sale, after asking."""
    found = find(group)
    if found is None:
        return missing()
    if request.method == "POST":
        return tell(ask(Delete(), Form(request.form), found))
    sentences = [
        _(
            "%(name)s is taken off all products, with all its plans. Nobody can subscribe with them any more.",
            name=found.name,
        ),
        str(KEEP),
    ]
    address, title = url_for("admin.delete_plans", group=group), _("Delete %(name)s?", name=found.name)
    return _confirm(found, title, sentences, address, _("Delete"))


@blueprint.route("/plans/<group>/<plan>/remove", methods=["GET", "POST"])
@merchant
def remove_plan(group: str, plan: str) -> Response:
    """Take one plan off sale, after asking."""
    found = find(group)
    one = plan_of(found, plan) if found else None
    if found is None or one is None:
        return missing()
    if request.method == "POST":
        return tell(ask(RemovePlan(one.shopify_gid), Form(request.form), found))
    sentences = [_("Nobody can subscribe with this plan any more."), str(KEEP)]
    address = url_for("admin.remove_plan", group=group, plan=plan)
    return _confirm(found, _("Remove %(name)s?", name=one.name), sentences, address, _("Remove"))


@blueprint.route("/plans/<group>/products", methods=["GET", "POST"])
@merchant
def plan_products(group: str) -> Response:
    """Choose which products are sold with a group."""
    found = find(group)
    if found is None:
        return missing()
    if request.method == "GET":
        return _products(found)
    chosen = [each for each in request.form.getlist("product") if SOLD.fullmatch(each)][:SHOWN]
    if not chosen:
        return _products(found, problem=_("Choose at least one product."))
    return tell(_sell(found, chosen, is_over=request.form.get("do") == "detach"))


def _sell(group: SellingPlanGroup, chosen: list[str], *, is_over: bool) -> Answer:
    """Sell products and single variants with a group, or no longer: one request for each kind, as Shopify has one."""
    asked_as = request.form.get("request_id", "")
    kinds = ([each for each in chosen if not is_variant(each)], [each for each in chosen if is_variant(each)])
    answer = None
    for gids, request_id in zip(kinds, (asked_as, f"{asked_as}-variants" if asked_as else ""), strict=True):
        if gids and (answer is None or answer.is_done):
            change = Detach(gids) if is_over else Attach(gids)
            answer = ask(change, Form({"request_id": request_id}), group)
    assert answer is not None
    return answer


def find(number: str) -> SellingPlanGroup | None:
    """Return the shop's group of this number."""
    if not (number.isascii() and number.isdigit() and len(number) <= 20):
        return None
    with ctx().db.session() as session:
        return queries.group(session, g.shop.id, gid("SellingPlanGroup", number))


def plan_of(group: SellingPlanGroup, number: str) -> SellingPlan | None:
    """Return a plan of a group that is on sale, by its number."""
    return next((plan for plan in queries.on_sale(group) if number_of(plan.shopify_gid) == number), None)


def ask(change: Change, form: Form, group: SellingPlanGroup | None = None) -> Answer:
    """Ask for a change by the request id that the form carries; one that carries none gets its own."""
    request_id = form.typed.get("request_id", "")
    if not 0 < len(request_id) <= door.LONGEST_ID or "\x00" in request_id:
        request_id = str(uuid4())
    return door.carry_out(
        ctx(), g.shop.id, change, request_id, f"merchant:{g.user_id}", group.shopify_gid if group else None
    )


def tell(answer: Answer) -> Response:
    """Show what a change came to: its group, or the list when there is none (any more)."""
    words = answer.problems[0][1] if answer.problems else answer.words
    code = 200 if answer.is_done else 409
    found = find(number_of(answer.group_gid)) if answer.group_gid else None
    if found is None:
        return show_list(code=code, toast=words, toast_is_error=not answer.is_done)
    return show_group(found, code=code, toast=words, toast_is_error=not answer.is_done)


def missing() -> Response:
    """The page for a group or plan that the shop does not have."""
    return render.page("plans/missing.html", title=_("Plan not found"), code=404)


def show_list(**values: Any) -> Response:
    """Render all groups."""
    is_stale = False
    try:
        door.look(ctx(), g.shop.id, PATIENCE)
    except ShopifyError as error:
        is_stale = True
        log.warning("selling plans shown as they were", extra={"shop": g.shop.domain, "error": str(error)})
    with ctx().db.session() as session:
        rows = [shown(session, group) for group in queries.groups(session, g.shop.id)]
    return render.page("plans/page.html", title=_("Plans"), rows=rows, is_stale=is_stale, **values)


def show_group(group: SellingPlanGroup, **values: Any) -> Response:
    """Render one group."""
    with ctx().db.session() as session:
        row = shown(session, group)
        example = item(session, group)
    widget = {
        "item": example.title,
        "choices": plan_widget.choices(queries.on_sale(group), example, g.shop.currency),
        "editor": plan_widget.editor_address(g.shop, ctx().settings),
    }
    return render.page("plans/group.html", title=group.name, **common(group), row=row, widget=widget, **values)


def common(group: SellingPlanGroup | None) -> Values:
    """Return what every page about a group needs; each has a request id of its own."""
    return {
        "group": number_of(group.shopify_gid) if group else None,
        "group_name": group.name if group else None,
        "currency": g.shop.currency,
        "request_id": str(uuid4()),
    }


def item(session: Session, group: SellingPlanGroup | None) -> plan_words.Item:
    """Return an item to show prices by: one that the group is sold with, else one of the catalogue's, else any."""
    for sold in (*group.products, *group.variants) if group else ():
        if Decimal(sold.get("price") or 0) > 0:
            return plan_words.Item(_named(sold), Decimal(sold["price"]))
    query = (
        select(Product.title, Variant.price)
        .join(Variant, (Variant.product_gid == Product.shopify_gid) & (Variant.shop_id == Product.shop_id))
        .where(Product.shop_id == g.shop.id, Product.deleted_at.is_(None), Variant.price > 0)
        .order_by(Variant.id)
    )
    found = session.execute(query.limit(1)).first()
    return plan_words.Item(found[0], found[1]) if found and found[1] else plan_words.ANY


def shown(session: Session, group: SellingPlanGroup) -> Values:
    """Return a group in words: its plans, each with an example price, and the products it is sold with."""
    example = item(session, group)
    products = [_named(each) for each in (*group.products, *group.variants)]
    return {
        "number": number_of(group.shopify_gid),
        "name": group.name,
        "plans": [_plan(plan, example) for plan in queries.on_sale(group)],
        "products": products[:SHOWN],
        "product_count": len(group.products),
        "variant_count": len(group.variants),
    }


def _named(sold: Values) -> str:
    """E.g. "House Blend" for a product, and "House Blend (1 kg)" for one of its variants."""
    variant = sold.get("variant_title")
    return f"{sold['title']} ({variant})" if variant and variant != ONLY_VARIANT else str(sold["title"])


def _plan(plan: SellingPlan, example: plan_words.Item) -> Values:
    terms, currency = terms_of(plan), g.shop.currency
    return {
        "number": number_of(plan.shopify_gid),
        "name": plan.name,
        "can_change": terms is not None,
        "sentences": plan_words.sentences(terms, currency) if terms else [plan_words.unknown(plan)],
        "example": plan_words.example(terms, example, currency) if terms else "",
    }


def _confirm(group: SellingPlanGroup, title: str, sentences: list[str], address: str, button: str) -> Response:
    return render.page(
        "plans/confirm.html", title=title, **common(group), sentences=sentences, address=address, button=button
    )


def _products(group: SellingPlanGroup, problem: str = "") -> Response:
    search = request.args.get("q", "")[:LONGEST_NAME]
    attached = {product["gid"] for product in group.products}
    found, more, is_silent = _search(search)
    return render.page(
        "plans/products.html",
        title=_("Products of %(name)s", name=group.name),
        code=422 if problem else 200,
        **common(group),
        search=search,
        found=[(product, title) for product, title in found if product not in attached],
        more=more,
        is_silent=is_silent,
        attached=[(each["gid"], _named(each)) for each in (*group.products, *group.variants)][:SHOWN],
        problem=problem,
        detach_id=str(uuid4()),
    )


def _search(words: str) -> tuple[list[tuple[str, str]], bool, bool]:
    """Products at Shopify, whether there are more, and whether Shopify was silent."""
    try:
        found, more = with_client(ctx(), g.shop.id, lambda c: selling_plans.find_products(c, words, PATIENCE))
    except ShopifyError as error:
        log.warning("products not read", extra={"shop": g.shop.domain, "error": str(error)})
        return [], False, True
    return found, more, False
