"""How shoppers leave: one row for each region, and the discount offered instead of cancelling."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request

from shopify_app.kit.speech import _
from shopify_app.leaving import store
from shopify_app.leaving.regions import CODE, EU, EVERYWHERE, MEMBERS, WITHDRAWAL_DAYS, Region
from shopify_app.web import acknowledging, ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, leaving_words, render
from shopify_app.web.forms import Form

MOST_DAYS, MOST_PERCENT, MOST_ORDERS = 365, 100, 60
LONGEST, LONGEST_TITLE = 500, 60


@blueprint.get("/settings/leaving")
@merchant
def leaving() -> Response:
    """The rows as they are saved; `?region=` opens one of them."""
    return _show(request.args.get("region", ""))


@blueprint.post("/settings/leaving/region")
@merchant
def save_leaving_region() -> Response:
    """Save one region's row, or add it; with a wrong field nothing is saved."""
    form = Form(request.form)
    read = _region(form)
    if read is None:
        return _show(form.typed.get("code", ""), form=form)
    with ctx().db.session() as session:
        store.save_region(session, g.shop.id, read, f"merchant:{g.user_id}", ctx().clock.now())
    return _show("", toast=_("%(region)s: saved", region=leaving_words.name(read.code)))


@blueprint.post("/settings/leaving/offer")
@merchant
def save_leaving_offer() -> Response:
    """Save the discount; with a wrong field nothing is saved."""
    form = Form(request.form)
    percentage = form.whole_number("percentage", 1, MOST_PERCENT)
    orders = form.whole_number("orders", 1, MOST_ORDERS)
    title = form.text("title", _("what shoppers read on their orders"), longest=LONGEST_TITLE)
    if percentage is None or orders is None or title is None:
        return _show("", offer_form=form)
    chosen = store.Offer("is_on" in form.typed, percentage, orders, title)
    with ctx().db.session() as session:
        store.save_offer(session, g.shop.id, chosen, f"merchant:{g.user_id}", ctx().clock.now())
    return _show("", toast=_("Offer saved"))


def _region(form: Form) -> Region | None:
    """The row that was typed; None with errors at the fields."""
    code = form.typed.get("code", "").strip().upper()
    if code not in (EVERYWHERE, EU) and not _is_known(code):
        form.errors["code"] = _("Enter the code of a country with two letters, or of a state as in US-TX.")
    days = form.limit("withdrawal_days", 1, MOST_DAYS)
    exempt = form.text("exempt", "", longest=LONGEST, required=False)
    if days is not None and days < WITHDRAWAL_DAYS and (code == EU or code in MEMBERS):
        least = WITHDRAWAL_DAYS
        form.errors["withdrawal_days"] = _("In the European Union it is %(days)s days at least.", days=least)
    if not form.is_valid or exempt is None:
        return None
    is_on = code == EVERYWHERE or "is_on" in form.typed
    return Region(code, is_on, "asks_reason" in form.typed, "offers" in form.typed, days, exempt)


def _is_known(code: str) -> bool:
    return bool(CODE.fullmatch(code)) and leaving_words.is_country(code[:2])


def _show(code: str, *, form: Form | None = None, offer_form: Form | None = None, toast: str = "") -> Response:
    """Render the page as saved, or with what was typed and what is wrong with it (status 422)."""
    with ctx().db.session() as session:
        rows, offer = store.regions(session, g.shop.id), store.offer(session, g.shop.id)
        told_by = acknowledging.by(session, g.shop.id)
    open_row = rows.get(code.strip().upper())
    wrong = form or offer_form
    return render.page(
        "leaving/page.html",
        title=_("When shoppers leave"),
        code=422 if wrong else 200,
        rows=[_row(each) for each in rows.values()],
        region=_row(open_row) if open_row else None,
        everywhere=EVERYWHERE,
        told_by=told_by,
        typed=form.typed if form else _typed(open_row or Region("")),
        errors=form.errors if form else {},
        offer_typed=offer_form.typed if offer_form else _typed_offer(offer),
        offer_errors=offer_form.errors if offer_form else {},
        offer_words=leaving_words.of_offer(offer) if offer.is_on else "",
        bounds={"days": MOST_DAYS, "percent": MOST_PERCENT, "orders": MOST_ORDERS},
        toast=_("Nothing was saved") if wrong else toast,
        toast_is_error=wrong is not None,
    )


def _row(region: Region) -> dict[str, Any]:
    words = leaving_words
    return {
        "code": region.code,
        "name": words.name(region.code),
        "is_on": region.is_on,
        "said": words.in_words(region) if region.is_on else _("Like everywhere else."),
        "why": words.why(region.code),
    }


def _typed(region: Region) -> dict[str, str]:
    boxes = [name for name in ("is_on", "asks_reason", "offers") if getattr(region, name)]
    days = str(region.withdrawal_days or "")
    return {"code": region.code, "withdrawal_days": days, "exempt": region.exempt} | dict.fromkeys(boxes, "1")


def _typed_offer(offer: store.Offer) -> dict[str, str]:
    typed = {"percentage": str(offer.percentage), "orders": str(offer.orders), "title": offer.title}
    return typed | ({"is_on": "1"} if offer.is_on else {})
