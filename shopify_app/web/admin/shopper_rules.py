"""What shoppers may change: one form for the shop, and one for each selling plan that goes its own way."""

from __future__ import annotations

from typing import NamedTuple

from flask import Response, g, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product
from shopify_app.contracts.models import ContractLine
from shopify_app.edits.changes import CHANGES
from shopify_app.edits.contract.actions import ACTIONS
from shopify_app.edits.rules import store
from shopify_app.edits.rules.models import WHOLE_SHOP
from shopify_app.edits.rules.terms import IN_MAILS, LISTED, SWAPS, SWITCHES, Rules
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import _
from shopify_app.plans.models import SellingPlan, SellingPlanGroup
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render, rule_words
from shopify_app.web.forms import Form

COUNTS = ("cutoff_hours", "before_cancel", "before_pause", "before_remove")
LIMITS = dict.fromkeys(COUNTS, (0, 60)) | {
    "cutoff_hours": (0, 24 * 30),
    "skips_a_year": (1, 60),
    "skips_in_a_row": (1, 60),
    "move_days": (1, 365),
    "pause_days": (1, 730),
}
"""The least and the most each field takes; an empty field is no limit, which for COUNTS is 0."""
MOST_PRODUCTS = 250
SHOWN = tuple(name for name in SWITCHES if name in CHANGES or name in ACTIONS or name == "paid_order")
"""The switches of what can be done already; a paid order follows with the address, as no action of its own."""


class Plan(NamedTuple):
    """A selling plan, or with an empty `gid` the whole shop."""

    gid: str
    name: str

    @property
    def number(self) -> str:
        return number_of(self.gid) if self.gid else ""


SHOP = Plan(WHOLE_SHOP, "")


@blueprint.get("/settings/rules")
@merchant
def rules() -> Response:
    """The rules as they are saved, of the shop or of `?plan=`."""
    return _show(request.args.get("plan", ""))


@blueprint.post("/settings/rules")
@merchant
def save_rules() -> Response:
    """Save the rules of the shop or of a plan; with a wrong field nothing is saved."""
    form = Form(request.form)
    with ctx().db.session() as session:
        plan = _plan(session, form.typed.get("plan", ""))
        read = _read(form, list(_products(session)))
        if plan is not None and read is not None:
            store.change(session, g.shop.id, plan.gid, read, f"merchant:{g.user_id}", ctx().clock.now(), plan.name)
    if read is None:
        return _show(form.typed.get("plan", ""), form=form)
    return _show(form.typed.get("plan", ""), toast=_("Rules saved"))


@blueprint.post("/settings/rules/follow")
@merchant
def follow_rules() -> Response:
    """Let a plan follow the shop's rules again."""
    number = request.form.get("plan", "")
    with ctx().db.session() as session:
        plan = _plan(session, number)
        if plan is not None and plan.gid:
            store.change(session, g.shop.id, plan.gid, None, f"merchant:{g.user_id}", ctx().clock.now(), plan.name)
    return _show(number, toast=_("The plan follows the shop"))


def _read(form: Form, products: list[str]) -> Rules | None:
    """The rules that were typed; None with errors at the fields."""
    limits = {name: form.limit(name, least, most) for name, (least, most) in LIMITS.items()}
    limits |= {name: limits[name] or 0 for name in COUNTS}  # so that each is a number where Rules wants one
    swaps = form.choice("swaps", SWAPS)
    chosen = tuple(each for each in products if f"product_{number_of(each)}" in form.typed)
    if swaps == LISTED and not chosen:
        form.errors["swaps"] = _("Choose at least one product below.")
    if not form.is_valid or swaps is None:
        return None
    return Rules(
        closed=frozenset(name for name in SHOWN if f"may_{name}" not in form.typed),
        closed_in_mails=frozenset(name for name in IN_MAILS if f"mail_{name}" not in form.typed),
        swaps=swaps,
        swap_products=chosen if swaps == LISTED else (),
        **limits,  # type: ignore[arg-type]
    )


def _show(number: str, *, form: Form | None = None, toast: str = "") -> Response:
    """Render the page as saved, or with what was typed and what is wrong with it (status 422)."""
    with ctx().db.session() as session:
        plan, known, products = _plan(session, number), store.of_shop(session, g.shop.id), _products(session)
        plans = plans_of_shop(session)
    is_unknown, plan = plan is None, plan or SHOP
    saved = known.get(plan.gid, known[WHOLE_SHOP])
    return render.page(
        "rules/page.html",
        title=_("What shoppers may change: %(name)s", name=plan.name) if plan.gid else _("What shoppers may change"),
        code=404 if is_unknown else 422 if form else 200,
        plan=plan,
        plans=[(each, each.gid in known) for each in plans],
        is_own=plan.gid in known,
        typed=form.typed if form else _typed(saved),
        errors=form.errors if form else {},
        said=rule_words.in_words(saved, products),
        names={name: rule_words.NAMES[name] for name in SHOWN},
        in_mails=IN_MAILS,
        swaps=rule_words.SWAPS,
        bounds=LIMITS,
        products=[(number_of(each), title) for each, title in products.items()],
        toast=_("Nothing was saved") if form else _("This plan is not known any more") if is_unknown else toast,
        toast_is_error=form is not None or is_unknown,
    )


def _typed(saved: Rules) -> dict[str, str]:
    """What the form holds for saved rules; a box that is not ticked is not there."""
    limits = {name: str(getattr(saved, name) or "") for name in LIMITS}
    boxes = [f"may_{name}" for name in SWITCHES if name not in saved.closed]
    boxes += [f"mail_{name}" for name in IN_MAILS if name not in saved.closed_in_mails]
    boxes += [f"product_{number_of(each)}" for each in saved.swap_products]
    return limits | {"swaps": saved.swaps} | dict.fromkeys(boxes, "1")


def _plan(session: Session, number: str) -> Plan | None:
    """The plan of that number; the whole shop for none, None for one we do not know."""
    if not number:
        return SHOP
    return next((each for each in plans_of_shop(session) if each.number == number), None)


def plans_of_shop(session: Session) -> list[Plan]:
    """Return every plan that subscriptions have or that is on sale, and those with rules of their own, by name."""
    bought = select(ContractLine.selling_plan_gid, func.max(ContractLine.selling_plan_name)).where(
        ContractLine.shop_id == g.shop.id, ContractLine.selling_plan_gid.is_not(None)
    )
    on_sale = (
        select(SellingPlan.shopify_gid, SellingPlan.name)
        .join(SellingPlan.group)
        .where(SellingPlan.shop_id == g.shop.id, SellingPlan.deleted_at.is_(None))
        .where(SellingPlanGroup.deleted_at.is_(None))
    )
    names: dict[str, str] = {each: "" for each in store.of_shop(session, g.shop.id) if each}
    for query in (bought.group_by(ContractLine.selling_plan_gid), on_sale):
        names |= {str(plan_gid): name or "" for plan_gid, name in session.execute(query)}
    found = [
        Plan(plan_gid, name or _("Plan %(plan_gid)s", plan_gid=number_of(plan_gid)))
        for plan_gid, name in names.items()
    ]
    return sorted(found, key=lambda plan: (plan.name, plan.gid))


def _products(session: Session) -> dict[str, str]:
    """The titles of products a subscription may be swapped for, by gid, in their order."""
    mine = (Product.shop_id == g.shop.id, Product.deleted_at.is_(None), Product.status == "ACTIVE")
    query = select(Product.shopify_gid, Product.title).where(*mine).order_by(Product.title, Product.id)
    return {row.shopify_gid: row.title for row in session.execute(query.limit(MOST_PRODUCTS))}
