"""The Insights page in one currency, by week or month; each chart's numbers as a file, too."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response, g, request
from sqlalchemy.orm import Session

from shopify_app.insights import movement
from shopify_app.kit.money import round_money
from shopify_app.kit.speech import _, pgettext
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.insights import chart, cohorts, coming, figures, files, recovering, words
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
    """Everything on one page, but for two pieces that it fetches once it is shown: they read every subscription.

    `?currency=`, `?by=week|month`; what is unknown counts as not said.
    """
    values, now = _read(), ctx().clock.now()
    currency = values["currency"]
    with ctx().db.session() as session:
        values["recovery"] = recovery.ended(session, g.shop, now, figures.LEFT_DAYS)
        days = recovering.days(session, g.shop, currency, _today())
    periods: list[figures.Period] = values["periods"]
    values |= {
        "revenue": chart.bars([(_label(each), each.mrr, NOTHING) for each in periods]),
        "movements": chart.bars([(_label(each), each.gained, each.lost) for each in periods]),
        "recovered_days": chart.bars([(_day(each.on), each.recovered, -each.lost) for each in days]),
        "before": figures.last_whole(periods, values["since"]),
        "kinds": [(kind, words.KINDS[kind]) for kind in SHOWN],
        "names": words.KINDS,
        "why": words.DEFINITIONS,
    }
    return render.page("insights/page.html", title=_("Insights"), **values)


@blueprint.get("/insights/ahead")
@merchant
def insights_ahead() -> Response:
    """The next twelve weeks by how sure they are, fetched by the page."""
    with ctx().db.session() as session:
        currency = _currency(session)
        weeks = coming.weeks(session, g.shop, currency, ctx().clock.now())
    sums = {name: sum((week.sums[name] for week in weeks), NOTHING) for name in coming.WORDS}
    return render.part(
        "insights/ahead.html",
        weeks=weeks,
        drawn=chart.bars([(_day(week.on), week.sums[coming.DUE], -week.unsure) for week in weeks]),
        sums=sums,
        words=coming.WORDS,
        currency=currency,
        why=words.DEFINITIONS,
        by=_by(),
    )


@blueprint.get("/insights/cohorts")
@merchant
def insights_cohorts() -> Response:
    """Who stayed, by the month in which they began, fetched by the page."""
    with ctx().db.session() as session:
        found = cohorts.cohorts(session, g.shop, _today())
        currency = _currency(session)
    return render.part(
        "insights/cohorts.html", cohorts=found, later=range(1, cohorts.MONTHS), why=words.DEFINITIONS,
        currency=currency, by=_by(), told=_stayed(found),
    )  # fmt: skip


@blueprint.get("/insights.csv")
@merchant
def insights_file() -> Response:
    """The numbers of one chart (`?of=left|ahead|cohorts|recovery`, else revenue and its movements)."""
    of = request.args.get("of", "")
    rows: list[tuple[object, ...]]
    if of in files.NAMES:
        with ctx().db.session() as session:
            head, rows = files.of(of, session, g.shop, _currency(session), ctx().clock.now())
        return sheet.answer(f"insights-{of}.csv", head, rows)
    values = _read()
    currency = values["currency"]
    if of == "left":
        head = (_("Reason"), _("Subscriptions"), _("Monthly revenue"), _("Currency"))
        rows = [(name, number, round_money(lost, currency), currency) for name, number, lost in values["left"]]
    else:
        of, head = (
            "revenue",
            (
                pgettext("day", "From"),
                *(words.KINDS[kind] for kind in KINDS),
                _("Monthly revenue"),
                _("Active"),
                _("Churn in per cent"),
                _("Currency"),
            ),
        )
        rows = [_row(each, currency) for each in values["periods"]]
    return sheet.answer(f"insights-{of}.csv", head, rows)


def _stayed(found: list[cohorts.Cohort]) -> Values | None:
    """How many of those of whom it is known stayed for three months: the point of the whole table."""
    known = [(each.began, each.kept[2]) for each in found if each.kept[2] is not None]
    began = sum(number for number, _ in known)
    kept = sum(number or 0 for _, number in known)
    return {"began": began, "percent": round(100 * kept / began)} if began else None


def _today() -> date:
    return ctx().clock.now().astimezone(g.shop.zone).date()


def _by() -> str:
    return "month" if request.args.get("by") == "month" else "week"


def _currency(session: Session) -> str:
    """The currency that was asked for, if there is revenue in it; else the shop's own first."""
    known = figures.currencies(session, g.shop)
    asked = request.args.get("currency")
    return asked if asked in known else (known[0] if known else g.shop.currency or "USD")


def _read() -> Values:
    today, by = _today(), _by()
    with ctx().db.session() as session:
        known = figures.currencies(session, g.shop)
        currency = _currency(session)
        left = figures.left(session, g.shop, currency, today)
        return {
            "since": figures.opened(session, g.shop.id),
            "currencies": known,
            "currency": currency,
            "by": by,
            "periods": figures.periods(session, g.shop, currency, today, by),
            "left": [(_reason(reason), number, lost) for reason, number, lost in left],
        }


def _reason(reason: str) -> str:
    return str(words.REASONS.get(reason) or f"{words.BY_HAND}: {reason.replace('_', ' ')}")


def _row(each: figures.Period, currency: str) -> tuple[object, ...]:
    moved = (round_money(each.moved.get(kind, NOTHING), currency) for kind in KINDS)
    return (each.on, *moved, round_money(each.mrr, currency), each.active, _percent(each.churn), currency)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1f}"


def _label(each: figures.Period) -> str:
    return _day(each.on)


def _day(on: Any) -> str:
    return short_day(on).split(", ")[1]
