"""Home: what today brings, what needs a person, the days ahead and behind, and whether all is well and set up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Response, g, url_for
from sqlalchemy.orm import Session

from shopify_app.billing.models import FAILED, SETTLED, BillingSettings
from shopify_app.channels.klaviyo.models import account_of
from shopify_app.contracts import import_steps
from shopify_app.contracts.mirror import AHEAD
from shopify_app.contracts.models import ContractImport
from shopify_app.insights import daybook
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import _
from shopify_app.notices.models import NoticeSettings
from shopify_app.shops.models import Shop
from shopify_app.stock import settings as stock
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, health, home_days, home_running, queries, render
from shopify_app.web.admin.needs import groups
from shopify_app.web.admin.needs.words import all_well

Values = dict[str, Any]

SHOWN = 20
"""Contracts named in one alert."""


@blueprint.get("/")
@merchant
def home() -> Response:
    """The first page a merchant sees."""
    now = ctx().clock.now()
    with ctx().db.session() as session:
        today = home_days.count_today(session, g.shop, now)
        unexplained = _unexplained(session, g.shop, now)
        values: Values = {
            "tiles": _tiles(session, g.shop, now, today, unexplained),
            "running": home_running.running(session, g.shop, now),
            "needs": groups.gather(session, g.shop.id, now),
            "all_well": all_well(queries.set_aside(session, g.shop.id)),
            "unexplained": unexplained,
            "past": home_days.past(session, g.shop, today),
            "checks": health.checks(session, g.shop, now),
            "stopped": health.stopped(g.shop),
            "importing": importing(session, g.shop.id),
            "steps": _steps(session, g.shop),
        }
    return render.page("home/page.html", title=_("Home"), **values)


@blueprint.get("/home/week")
@merchant
def home_week() -> Response:
    """The seven days ahead alone: Home asks for them once it is shown; a large shop's take a while to add up."""
    with ctx().db.session() as session:
        week = home_days.week(session, g.shop, ctx().clock.now())
        progress = importing(session, g.shop.id)
    return render.part("home/week.html", week=week, importing=progress)


@blueprint.get("/import")
@merchant
def import_progress() -> Response:
    """The progress bar alone; it asks for itself again until the import is done."""
    with ctx().db.session() as session:
        progress = importing(session, g.shop.id)
    return render.part("home/import.html", importing=progress)


def _tiles(
    session: Session, shop: Shop, now: datetime, today: daybook.Figures, unexplained: Values | None
) -> list[Values]:
    """Today's numbers. Each leads to the list that it counts."""
    start, end = home_days.local_days(shop, now)
    due = list(queries.due_by_day(session, shop.id, None, end, shop.zone.key).values())
    billed, failed = (queries.completed(session, shop.id, state, start, end) for state in (SETTLED, FAILED))
    flying, aside = queries.in_flight(session, shop.id), queries.set_aside(session, shop.id)
    unsaid = unexplained["number"] if unexplained else 0
    return [
        _tile(_("Expected today"), "expected", today.expected),
        _tile(_("Charged today"), "charged", *billed),
        _tile(_("Failed today"), "failed", failed[0], tone="critical" if failed[0] else ""),
        _tile(_("Held or needs you"), "aside", aside, tone="caution" if aside else ""),
        _tile(_("Unexplained"), "unexplained", unsaid, tone="critical" if unsaid else ""),
        _tile(_("Still due today"), "due", sum(n for n, _ in due), home_days.added([sums for _, sums in due])),
        *([_tile(_("Waiting for the bank"), "flying", flying)] if flying else []),
    ]


def _tile(label: str, show: str, number: int, sums: queries.Sums | None = None, tone: str = "") -> Values:
    href = url_for("admin.contracts", show=show)
    return {"label": label, "href": href, "number": number, "sums": sums or {}, "tone": tone}


def _unexplained(session: Session, shop: Shop, now: datetime) -> Values | None:
    """Cycles of the last week that should have been charged, and nobody can say why they were not."""
    found = daybook.unexplained(session, now, shop.id)
    numbers = list(dict.fromkeys(number_of(one.contract_gid) for one in found))
    links = [{"number": number, "href": url_for("admin.contract", number=number)} for number in numbers[:SHOWN]]
    return {"number": len(found), "links": links, "more": numbers[SHOWN:]} if found else None


def importing(session: Session, shop_id: int) -> Values | None:
    """Return how far the first import has come; None when there was none."""
    row = session.get(ContractImport, shop_id)
    if row is None:
        return None
    if row.finished_at is not None:
        return {"is_finished": True}
    return {
        "is_finished": False,
        "phase": row.phase,
        "contracts": row.contracts_done,
        "dated": queries.dated(session, shop_id, _horizon(row)),
        "open": queries.open_contracts(session, shop_id),
        "trouble": row.tries > 0 and row.last_error is not None,
    }


def _horizon(row: ContractImport) -> datetime:
    """Until when a contract's dates must be known to count as read in the import's present step."""
    return row.started_at + (AHEAD - timedelta(days=1) if row.phase == import_steps.AHEAD else timedelta(0))


def _steps(session: Session, shop: Shop) -> list[Values]:
    """Return what is left to set up, in the order in which it makes sense."""
    row = session.get(ContractImport, shop.id)
    settings = url_for("admin.settings")
    return [
        _step(_("Install Perennial"), True, ""),
        _step(_("Read your subscriptions from Shopify"), row is not None and row.finished_at is not None, ""),
        _step(_("Connect Klaviyo"), account_of(session, shop.id) is not None, settings),
        _step(_("Choose when charges run"), session.get(BillingSettings, shop.id) is not None, settings),
        _step(_("Choose when shoppers are told"), session.get(NoticeSettings, shop.id) is not None, settings),
        _step(
            _("See how subscribers hear of missing items"),
            stock.of(session, shop.id).confirmed_at is not None,
            url_for("admin.stock_telling"),
        ),
    ]


def _step(label: str, done: bool, href: str) -> Values:
    return {"label": label, "done": done, "href": href}
