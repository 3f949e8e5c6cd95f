"""One item: how far it goes, which orders need it, and what staff say about it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, g, request, url_for
from sqlalchemy.orm import Session

from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _
from shopify_app.stock import affected, outlook, pages, rates_kept, sales, settings, supply
from shopify_app.stock import rates as experience
from shopify_app.stock.affected import Row
from shopify_app.stock.models import InventoryLevel
from shopify_app.stock.outlook import WINDOWS, Need
from shopify_app.stock.pages import Item
from shopify_app.stock.rates import Rates
from shopify_app.stock.states import CHOSEN, TOLD
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.listing.pages import Cursor
from shopify_app.web.admin.stock import chart, items, words
from shopify_app.web.format import percent, rhythm
from shopify_app.web.forms import Form

Values = dict[str, Any]

UNKNOWN = N_("Perennial knows no such item, or no subscription needs it any more.")


@blueprint.get("/stock/<number>")
@merchant
def stock_item(number: str) -> Response:
    """The page of an item, by the number of its inventory item at Shopify."""
    return show(number)


def show(
    number: str, *, form: Form | None = None, code: int = 200, toast: str = "", is_error: bool = False
) -> Response:
    """Render an item's page as it is saved, or with what was typed and what is wrong with it (status 422)."""
    now, after = ctx().clock.now(), items.after() if request.method == "GET" else None
    with ctx().db.session() as session:
        item = pages.find(session, g.shop.id, number)
        if item is None:
            return missing()
        values = _values(session, item, after)
    typed = {
        "expected_back_on": str(item.standing.expected_back_on or ""),
        "safety_units": str(item.standing.safety_units),
        "safety_days": str(item.standing.safety_days),
    }
    if form is not None:
        typed |= {name: form.typed[name] for name in typed if name in form.typed}
        code, toast, is_error = 422, _("Nothing was saved"), True
    return render.page(
        "stock/item.html",
        title=item.name,
        code=code,
        typed=typed,
        errors=form.errors if form else {},
        now=now,
        toast=toast,
        toast_is_error=is_error,
        **values,
    )


def missing() -> Response:
    """Say that there is no such item."""
    return render.page("stock/missing.html", title=_("Stock"), code=404, words=UNKNOWN)


def _values(session: Session, item: Item, after: Cursor | None) -> Values:
    now, gid = ctx().clock.now(), item.standing.item_gid
    on, rates = supply.shelf(session, g.shop.id, gid), rates_kept.of_shop(session, g.shop.id, now)
    need = outlook.needs(session, g.shop, [gid], now, rates)[gid]
    today = now.astimezone(g.shop.zone).date()
    until = now + settings.HORIZON
    found = affected.page(session, g.shop.id, item.gids, until, (after.at, after.id) if after else None)
    rows, more = found[: affected.PAGE], len(found) > affected.PAGE
    here = url_for("admin.stock_item", number=item.number)
    return {
        "item": items.row(item, need),
        "there": on.units,
        "why_not": words.NOT_LIMITED if on.units is None else "",
        "is_gone": item.standing.discontinued_at is not None,
        "besides": _besides(sales.pace(session, g.shop.id, item.gids, now)),
        "windows": _windows(need, on.units),
        "chart": chart.draw(outlook.added_up(need.raw, today), on.units) if on.units is not None else None,
        "levels": [_level(level) for level in pages.levels(session, g.shop.id, gid)],
        "rates": _rates(rates, item),
        "orders": [_order(row) for row in rows],
        "is_first": after is None,
        "here": here,
        "next": f"{here}?after={Cursor(*affected.key(rows[-1]))}" if more else None,
        "admin_href": render.admin_link(f"products/{number_of(item.variants[0].product_gid)}")
        if item.variants
        else None,
    }


def _windows(need: Need, there: int | None) -> list[Values]:
    """What is needed in each window, and what is left of what is there."""
    found = []
    for days in WINDOWS:
        raw = need.within(days)
        left = None if there is None else there - raw
        found.append({"days": days, "raw": raw, "adjusted": need.adjusted_within(days), "left": left})
    return found


def _besides(pace: float) -> str:
    """Units a day as people say them; nothing for next to none."""
    return f"{pace:.1f}".removesuffix(".0") if pace >= 0.05 else ""


def _level(level: InventoryLevel) -> Values:
    name = level.location_name or _("Location %(number)s", number=number_of(level.location_gid))
    return {"location": name, "units": level.available, "at": level.shopify_updated_at}


def _rates(rates: Rates, item: Item) -> list[Values]:
    """The experience with the item's products, by rhythm."""
    found = []
    for every, rate in experience.groups_of(rates, {variant.product_gid for variant in item.variants}):
        unit, number = every.split(":")
        said = rhythm({"interval": unit, "intervalCount": number})
        skipped, cancelled = percent(100 * rate.skip), percent(100 * rate.monthly_churn)
        found.append({"rhythm": said[0].upper() + said[1:], "rate": rate, "skipped": skipped, "cancelled": cancelled})
    return found


def _order(row: Row) -> Values:
    number, decision = number_of(row.contract.shopify_gid), row.decision
    return {
        "number": number,
        "href": url_for("admin.contract", number=number),
        "shopper": row.shopper.label if row.shopper else _("Customer not known"),
        "charge_at": row.need.charge_at,
        "is_projected": row.need.is_projected,
        "is_paid": row.need.cycle_index == 0,
        "units": row.need.units,
        "state": words.state(decision, g.shop.zone) if decision else "",
        "choose": _choose(row),
    }


def _choose(row: Row) -> str | None:
    """Where staff choose for the shopper, while there is a choice."""
    decision = row.decision
    if decision is None or not decision.options or decision.state not in (TOLD, CHOSEN):
        return None
    if decision.act_at is None or decision.act_at <= ctx().clock.now():
        return None
    return url_for("admin.stock_choose", number=decision.id)


def typed_day(form: Form, name: str, today: date) -> date | None:
    """Return the day that was typed, None for an empty field; what is wrong stands at the field."""
    typed = form.typed.get(name, "").strip()
    if not typed:
        return None
    try:
        found = date.fromisoformat(typed)
    except ValueError:
        form.errors[name] = _("Enter a day as year-month-day, e.g. 2027-03-31, or leave it empty.")
        return None
    if not today <= found <= date(today.year + 3, 12, 31):
        form.errors[name] = _("Choose a day from today on, within three years.")
        return None
    return found
