"""The Insights page in one currency, by week or month; each chart's numbers as a file, too."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import Response, g, request

from shopify_app.insights import movement
from shopify_app.kit.money import round_money
from shopify_app.kit.speech import _, pgettext
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.insights import chart, figures, words
from shopify_app.web.admin.payments import figures as recovery
from shopify_app.web.admin.stock import sheet
from shopify_app.web.format import short_day

Values = dict[str, Any]
NOTHING = Decimal(0)
SHOWN = (*movement.GAINS, *movement.LOSSES)
KINDS = (movement.OPENING, *SHOWN)


@blueprint.get("/insights")
@merchant
def insights() -> Response:
    """Everything on one page. `?currency=`, `?by=week|month`; what is unknown counts as not said."""
    values, now = _read(), ctx().clock.now()
    with ctx().db.session() as session:
        values["recovery"] = recovery.ended(session, g.shop, now, figures.LEFT_DAYS)
    periods: list[figures.Period] = values["periods"]
    values |= {
        "revenue": chart.bars([(_label(each), each.mrr, NOTHING) for each in periods]),
        "movements": chart.bars([(_label(each), each.gained, each.lost) for each in periods]),
        "weeks": chart.bars([(_day(on), amount, NOTHING) for on, amount in values["ahead"]]),
        "coming": sum((amount for _, amount in values["ahead"]), NOTHING),
        "kinds": [(kind, words.KINDS[kind]) for kind in SHOWN],
        "why": words.DEFINITIONS,
    }
    return render.page("insights/page.html", title=_("Insights"), **values)


@blueprint.get("/insights.csv")
@merchant
def insights_file() -> Response:
    """The numbers of one chart (`?of=left|ahead`, else revenue and its movements), in one currency."""
    values, of = _read(), request.args.get("of", "")
    currency = values["currency"]
    rows: list[tuple[object, ...]]
    if of == "left":
        head: Sequence[str] = (_("Reason"), _("Subscriptions"), _("Monthly revenue"), _("Currency"))
        rows = [(name, number, round_money(lost, currency), currency) for name, number, lost in values["left"]]
    elif of == "ahead":
        head = (_("Seven days from"), _("Expected"), _("Currency"))
        rows = [(on, round_money(amount, currency), currency) for on, amount in values["ahead"]]
    else:
        of, head = (
            "revenue",
            (
                pgettext("day", "From"),
                *(words.KINDS[kind] for kind in KINDS),
                _("Monthly revenue"),
                _("Active"),
                _("Currency"),
            ),
        )
        rows = [_row(each, currency) for each in values["periods"]]
    return sheet.answer(f"insights-{of}.csv", head, rows)


def _read() -> Values:
    today = ctx().clock.now().astimezone(g.shop.zone).date()
    by = "month" if request.args.get("by") == "month" else "week"
    with ctx().db.session() as session:
        known = figures.currencies(session, g.shop)
        asked = request.args.get("currency")
        currency = asked if asked in known else (known[0] if known else g.shop.currency or "USD")
        left = figures.left(session, g.shop, currency, today)
        return {
            "since": figures.opened(session, g.shop.id),
            "currencies": known,
            "currency": currency,
            "by": by,
            "periods": figures.periods(session, g.shop, currency, today, by),
            "left": [(_reason(reason), number, lost) for reason, number, lost in left],
            "ahead": figures.ahead(session, g.shop, currency, today),
        }


def _reason(reason: str) -> str:
    return str(words.REASONS.get(reason) or f"{words.BY_HAND}: {reason.replace('_', ' ')}")


def _row(each: figures.Period, currency: str) -> tuple[object, ...]:
    moved = (round_money(each.moved.get(kind, NOTHING), currency) for kind in KINDS)
    return (each.on, *moved, round_money(each.mrr, currency), each.active, currency)


def _label(each: figures.Period) -> str:
    return _day(each.on)


def _day(on: Any) -> str:
    return short_day(on).split(", ")[1]
