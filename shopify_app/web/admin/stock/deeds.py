"""What staff do about an item: say when it is back, keep units, discontinue it, and choose for a shopper."""

from __future__ import annotations

from datetime import datetime

from flask import Response, g, request
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _
from shopify_app.stock import by_hand, choose, pages, queries, settings, what_if
from shopify_app.stock.models import StockDecision
from shopify_app.stock.pages import Item
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.stock import item as face
from shopify_app.web.admin.stock import words
from shopify_app.web.format import day, moment
from shopify_app.web.forms import Form

OVER = N_("Nothing is left to choose: it is being done, or it is over.")
MOST_UNITS = 99_999


@blueprint.post("/stock/<number>")
@merchant
def save_stock_item(number: str) -> Response:
    """Save when an item is expected back and what is kept for subscribers; with a wrong field nothing is saved."""
    form, now = Form(request.form), ctx().clock.now()
    today = now.astimezone(g.shop.zone).date()
    units = form.whole_number("safety_units", 0, by_hand.MOST_UNITS)
    days = form.whole_number("safety_days", 0, by_hand.MOST_DAYS)
    on = face.typed_day(form, "expected_back_on", today)
    if units is not None and days is not None and bool(units) != bool(days):
        if units:
            form.errors["safety_days"] = _("Enter the days, too, or 0 in both fields.")
        else:
            form.errors["safety_units"] = _("Enter the units, too, or 0 in both fields.")
    if not form.is_valid or units is None or days is None:
        return face.show(number, form=form)
    with ctx().db.session() as session:
        found = pages.find(session, g.shop.id, number)
        if found is None:
            return face.missing()
        gid, whose = found.standing.item_gid, (found.name, actor(), now)
        by_hand.expect_back(session, g.shop.id, gid, on, *whose)
        by_hand.keep(session, g.shop.id, gid, units, days, *whose)
    ctx().wakeups.wake("stock_kept")
    return face.show(number, toast=_("Saved"))


@blueprint.get("/stock/<number>/what-if")
@merchant
def stock_what_if(number: str) -> Response:
    """What would happen if so many units were left: a part of the item's page."""
    form = Form(request.args if "units" in request.args else {"units": "0"})
    units, now = form.whole_number("units", 0, MOST_UNITS), ctx().clock.now()
    with ctx().db.session() as session:
        found = pages.find(session, g.shop.id, number)
        if found is None:
            return face.missing()
        said = [] if units is None else _said(session, found, now, units)
    return render.part(
        "stock/what_if.html", number=number, units=form.typed["units"], error=form.errors.get("units", ""), said=said
    )


@blueprint.route("/stock/<number>/discontinue", methods=["GET", "POST"])
@merchant
def discontinue_stock(number: str) -> Response:
    """Say that an item never comes again, after showing what that does; or take it back."""
    now = ctx().clock.now()
    is_gone = request.values.get("back") != "1"
    with ctx().db.session() as session:
        found = pages.find(session, g.shop.id, number)
        if found is None:
            return face.missing()
        if request.method == "POST":
            by_hand.discontinue(session, g.shop.id, found.standing.item_gid, is_gone, found.name, actor(), now)
        elif is_gone:
            said = _said(session, found, now, None, is_gone=True)
        else:
            said = [
                _("Orders that can wait, wait again, and what was decided for those that are short stays as it is.")
            ]
    if request.method == "POST":
        ctx().wakeups.wake("stock")
        return face.show(number, toast=_("Marked as discontinued") if is_gone else _("No longer discontinued"))
    name = found.name
    title = _("%(name)s never comes again?", name=name) if is_gone else _("%(name)s comes again?", name=name)
    return render.page("stock/discontinue.html", title=title, number=number, name=name, said=said, is_gone=is_gone)


@blueprint.route("/stock/decisions/<number>", methods=["GET", "POST"])
@merchant
def stock_choose(number: str) -> Response:
    """Choose for a shopper what becomes of an order in which something is missing."""
    with ctx().db.session() as session:
        decision = queries.decision(session, g.shop.id, int(number)) if _is_number(number) else None
        if decision is None:
            return face.missing()
        item_number = number_of(queries.cause_of(session, decision).item_gid)
        contract = session.get_one(Contract, decision.contract_id)
        found = pages.find(session, g.shop.id, item_number)
    form = Form(request.form)
    if request.method == "GET":
        return _ask(decision, contract, found, Form({}))
    word = form.choice("word", decision.options)
    if word is None:
        return _ask(decision, contract, found, form)
    answer = choose.choose(ctx(), g.shop.id, decision.id, word, actor())
    ctx().wakeups.wake("stock_acts")
    code = 200 if answer.is_done else 409
    return face.show(item_number, code=code, toast=answer.words or OVER, is_error=not answer.is_done)


def _ask(decision: StockDecision, contract: Contract, found: Item | None, form: Form) -> Response:
    at = moment(decision.act_at, g.shop.zone)
    name = found.name if found else _("An item")
    return render.page(
        "stock/choose.html",
        title=_("What becomes of this order?"),
        code=422 if form.errors else 200,
        number=decision.id,
        item=found.number if found else None,
        name=name,
        contract=number_of(contract.shopify_gid),
        sentences=[
            _(
                "%(name)s is missing in the order that is charged on %(day)s.",
                name=name,
                day=day(decision.charge_at, g.shop.zone),
            ),
            _("What you choose is done on %(at)s. Until then it can be changed, also by the shopper.", at=at),
        ],
        options=[(word, words.ACTIONS[word]) for word in decision.options],
        chosen=form.typed.get("word", decision.choice or decision.default),
        errors=form.errors,
    )


def _said(session: Session, found: Item, now: datetime, units: int | None, *, is_gone: bool = False) -> list[str]:
    outcome = what_if.of_item(session, g.shop.id, found.standing.item_gid, now, units, is_gone=is_gone)
    return words.outcome(outcome, settings.of(session, g.shop.id).ahead_days)


def actor() -> str:
    """Who acts, as the history knows them."""
    return f"merchant:{g.user_id}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
