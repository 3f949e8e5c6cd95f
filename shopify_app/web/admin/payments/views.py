"""The Payments page: open cases by who can help, what was recovered; and the list of subscriptions at risk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, g, request, url_for
from sqlalchemy.orm import Session

from shopify_app.dunning import ladders
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _, numeral
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render, words
from shopify_app.web.admin.listing.pages import BadCursor, Cursor
from shopify_app.web.admin.payments import cases, chart, figures, risks, telling
from shopify_app.web.format import local_day, plural

Values = dict[str, Any]

GROUPS = {
    cases.DECISION: (
        N_("Waits for your decision"),
        N_("Perennial does nothing more by itself: try the charge again, or give it up."),
    ),
    cases.MERCHANT: (
        N_("You can mend it"),
        N_(
            "A setting or an account of yours stands in the way. "
            "Nothing is tried meanwhile, and shoppers hear nothing."
        ),
    ),
    cases.SHOPPER: (
        N_("The shopper can mend it"),
        N_(
            "They are told, and the charge is tried again "
            "as your settings have it, or at once when they have mended it."
        ),
    ),
    cases.STOCK: (N_("Waits for stock"), N_("The charge is tried again while the item may come back.")),
    cases.NOBODY: (N_("Passes by itself"), N_("A fault at the bank or the payment provider. Nobody is told.")),
}
"""Group of cases → heading, and what it means."""


@blueprint.get("/payments")
@merchant
def payments() -> Response:
    """All groups with their first cases, or one group (`?show=`) page by page. Unknown filters count as none."""
    return show()


@blueprint.get("/payments/at-risk")
@merchant
def at_risk() -> Response:
    """Subscriptions with a charge of the next 30 days that will probably fail, or one that has."""
    now = ctx().clock.now()
    with ctx().db.session() as session:
        found = risks.page(session, g.shop, now, _after())
        number = risks.count(session, g.shop, now)
    shown = found[: risks.PAGE]
    last = shown[-1].contract if len(found) > risks.PAGE else None
    return render.page(
        "payments/at_risk.html",
        title=_("At risk"),
        rows=[_risk(row, local_day(now, g.shop.zone)) for row in shown],
        count=_many(number),
        is_first=_after() is None,
        next=_link("admin.at_risk", last.next_charge_at or risks.NEVER, last.id) if last else None,
    )


def show(*, code: int = 200, toast: str = "", is_error: bool = False) -> Response:
    """Render the page as it is now; with a toast after something was done or refused."""
    name, days, now = request.args.get("show", ""), _days(), ctx().clock.now()
    name = name if name in GROUPS else ""
    with ctx().db.session() as session:
        counts = cases.counts(session, g.shop.id)
        found = cases.page(session, g.shop.id, name, _after()) if name else cases.few(session, g.shop.id)
        own = ladders.of(session, g.shop.id)
        risky = risks.count(session, g.shop, now)
        values: Values = _figures(session, now, days) if not name else {}
    last = found[cases.PAGE - 1].case if name and len(found) > cases.PAGE else None
    rows = [(row.group, telling.row(row, own, now)) for row in found[: cases.PAGE if name else None]]
    return render.page(
        "payments/page.html",
        title=GROUPS[name][0] if name else _("Payments"),
        code=code,
        show=name,
        groups=[_group(each, counts, rows) for each in ([name] if name else cases.GROUPS)],
        tiles=[(each, GROUPS[each][0], counts.get(each, cases.NONE)) for each in cases.GROUPS],
        total=sum(count.number for count in counts.values()),
        is_first=_after() is None,
        next=_link("admin.payments", last.opened_at, last.id, show=name) if last else None,
        risky=_many(risky) if risky else "",
        days=days,
        spans=figures.DAYS,
        toast=toast,
        toast_is_error=is_error,
        **values,
    )


def _group(name: str, counts: dict[str, cases.Count], rows: list[tuple[str, Values]]) -> Values:
    heading, meaning = GROUPS[name]
    mine = [row for group, row in rows if group == name]
    count = counts.get(name, cases.NONE)
    return {"name": name, "heading": heading, "meaning": meaning, "count": count, "rows": mine}


def _figures(session: Session, now: datetime, days: int) -> Values:
    ended = figures.ended(session, g.shop, now, days)
    weeks = figures.weeks(session, g.shop, now, days)
    return {"ended": ended, "classes": chart.rates(ended), "chart": chart.draw(weeks, g.shop.currency)}


def _risk(row: risks.Row, today: Any) -> Values:
    contract, zone = row.contract, g.shop.zone
    number = number_of(contract.shopify_gid)
    on = local_day(contract.next_charge_at, zone) if contract.next_charge_at else None
    return {
        "number": number,
        "href": url_for("admin.contract", number=number),
        "shopper": row.shopper.label if row.shopper else telling.UNKNOWN,
        "on": on,
        "amount": contract.next_charge_total,
        "currency": contract.currency,
        "method": row.method.label if row.method else "–",
        "has_failed": contract.at_risk_since is not None,
        "warning": words.payment_warning(row.method, today, on),
    }


def _days() -> int:
    asked = request.args.get("days", "")
    return int(asked) if asked in {str(days) for days in figures.DAYS} else figures.DAYS[-1]


def _after() -> Cursor | None:
    try:
        return Cursor.read(request.args["after"], backwards=False) if "after" in request.args else None
    except BadCursor:
        return None


def _link(endpoint: str, at: datetime, number: int, show: str | None = None) -> str:
    return url_for(endpoint, after=str(Cursor(at, number)), show=show)


def _many(number: int) -> str:
    return (
        plural(number, "subscription")
        if number < risks.MANY
        else _("%(many)s subscriptions or more", many=numeral(risks.MANY))
    )
