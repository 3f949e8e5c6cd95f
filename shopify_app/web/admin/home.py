"""Home: what today brings, what the week will bring, whether all is well, and what is left to set up."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Response, g, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.billing.models import FAILED, SETTLED, BillingSettings
from shopify_app.channels.klaviyo.models import account_of
from shopify_app.contracts import import_steps
from shopify_app.contracts.mirror import AHEAD
from shopify_app.contracts.models import ContractImport
from shopify_app.insights import daybook
from shopify_app.insights.models import DailyCharges
from shopify_app.kit.gid import number_of
from shopify_app.notices.models import NoticeSettings
from shopify_app.shops.models import Shop
from shopify_app.stock import pages as stock_pages
from shopify_app.stock import settings as stock
from shopify_app.tasks import book
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, health, queries, render
from shopify_app.web.admin.payments import cases

Values = dict[str, Any]

PACE = timedelta(minutes=10)
DAYS_SHOWN = 14


@blueprint.get("/")
@merchant
def home() -> Response:
    """The first page a merchant sees."""
    now = ctx().clock.now()
    with ctx().db.session() as session:
        values: Values = {
            "tiles": _tiles(session, g.shop, now),
            "running": _running(session, g.shop, now),
            "missing": stock_pages.wait_for_staff(session, g.shop.id),
            "needing": cases.need_merchant(session, g.shop.id),
            "tasks": book.waiting(session, g.shop.id),
            "unexplained": _unexplained(session, g.shop, now),
            "past": _past(session, g.shop, now),
            "week": _week(session, g.shop, now),
            "checks": health.checks(session, g.shop, now),
            "stopped": health.stopped(g.shop),
            "importing": importing(session, g.shop.id),
            "steps": _steps(session, g.shop),
        }
    return render.page("home/page.html", title="Home", **values)


@blueprint.get("/import")
@merchant
def import_progress() -> Response:
    """The progress bar alone; it asks for itself again until the import is done."""
    with ctx().db.session() as session:
        progress = importing(session, g.shop.id)
    return render.part("home/import.html", importing=progress)


def local_days(shop: Shop, now: datetime, days: int = 1) -> tuple[datetime, datetime]:
    """Return the first instant of the shop's today and of the day `days` later."""
    today = now.astimezone(shop.zone).date()
    start = datetime.combine(today, time.min, shop.zone)
    return start, datetime.combine(today + timedelta(days=days), time.min, shop.zone)


def _tiles(session: Session, shop: Shop, now: datetime) -> list[Values]:
    start, end = local_days(shop, now)
    due = list(queries.due_by_day(session, shop.id, None, end, shop.zone.key).values())
    billed, failed = (queries.completed(session, shop.id, state, start, end) for state in (SETTLED, FAILED))
    flying, aside = queries.in_flight(session, shop.id), queries.set_aside(session, shop.id)
    return [
        _tile("Still due today", "due", sum(n for n, _ in due), _added([sums for _, sums in due])),
        _tile("Charged today", "charged", *billed),
        _tile("Failed today", "failed", failed[0], tone="critical" if failed[0] else ""),
        _tile("Waiting for the bank", "flying", flying),
        _tile("Held or needs you", "aside", aside, tone="caution" if aside else ""),
    ]


def _tile(label: str, show: str, number: int, sums: queries.Sums | None = None, tone: str = "") -> Values:
    href = url_for("admin.contracts", show=show)
    return {"label": label, "href": href, "number": number, "sums": sums or {}, "tone": tone}


def _added(many: list[queries.Sums]) -> queries.Sums:
    total: queries.Sums = {}
    for sums in many:
        for currency, amount in sums.items():
            total[currency] = total.get(currency, amount * 0) + amount
    return total


MANY = 20
"""Charges due at this moment from which on a run shows how far it is."""
SHOWN = 20
"""Contracts named in one alert."""


def _running(session: Session, shop: Shop, now: datetime) -> Values | None:
    """How far the run of charges is; None when few are due. When it ends is told by the pace of ten minutes."""
    left = queries.due_now(session, shop, now)
    if left <= MANY:
        return None
    start, _ = local_days(shop, now)
    done = queries.written_since(session, shop.id, start)[0]
    lately, since = queries.written_since(session, shop.id, now - PACE)
    spent = (now - since) if since else timedelta(0)
    ends = now + spent / lately * left if lately > 1 and spent else None
    return {"done": done, "all": done + left, "ends": ends}


def _unexplained(session: Session, shop: Shop, now: datetime) -> Values | None:
    """Cycles of the last week that should have been charged, and nobody can say why they were not."""
    found = daybook.unexplained(session, now, shop.id)
    numbers = list(dict.fromkeys(number_of(one.contract_gid) for one in found))
    links = [{"number": number, "href": url_for("admin.contract", number=number)} for number in numbers[:SHOWN]]
    return {"number": len(found), "links": links, "more": numbers[SHOWN:]} if found else None


def _past(session: Session, shop: Shop, now: datetime) -> Values:
    """Today, counted this moment, and the thirteen days before it as they were last counted."""
    today = local_days(shop, now)[0].date()
    first = today - timedelta(days=DAYS_SHOWN - 1)
    kept = select(DailyCharges).where(DailyCharges.shop_id == shop.id, DailyCharges.day.between(first, today))
    days = {row.day: {"on": row.day, "expected": row.expected} | _places(row) for row in session.scalars(kept)}
    (now_counted,) = daybook.figures(session, shop, today, today, now)
    days[today] = {"on": today, "expected": now_counted.expected} | {
        place: now_counted.counts[place] for place in daybook.PLACES
    }
    ordered = [days[on] for on in sorted(days, reverse=True)]
    return {
        "days": ordered,
        "columns": [(place, heading) for place, heading in COLUMNS if any(one[place] for one in ordered)],
        "expected": sum(one["expected"] for one in ordered),
        "billed": sum(one["billed"] for one in ordered),
        "unexplained": sum(one["unexplained"] for one in ordered),
    }


COLUMNS = (
    (daybook.BILLED_, "Paid"),
    (daybook.FAILED_, "Failed"),
    (daybook.SKIPPED, "Skipped"),
    (daybook.HELD, "Held"),
    (daybook.PARKED, "Needs you"),
    (daybook.IN_FLIGHT, "At the bank"),
    (daybook.TO_COME, "To come"),
)
"""What may have become of a charge, and its heading. A column of nothing but dashes is not shown."""


def _places(row: DailyCharges) -> Values:
    return {place: getattr(row, place) for place in daybook.PLACES}


def _week(session: Session, shop: Shop, now: datetime) -> Values:
    start, end = local_days(shop, now, 7)
    found = queries.due_by_day(session, shop.id, start, end, shop.zone.key)
    days = [start.date() + timedelta(days=number) for number in range(7)]
    numbers = [found.get(on, (0, {}))[0] for on in days]
    busiest = max(numbers)
    return {
        "days": [_bar(on, *found.get(on, (0, {})), busiest) for on in days],
        "number": sum(numbers),
        "sums": _added([sums for _, sums in found.values()]),
        "busiest": days[numbers.index(busiest)] if busiest else None,
        "busiest_number": busiest,
    }


def _bar(on: date, number: int, sums: queries.Sums, busiest: int) -> Values:
    share = number / busiest if busiest else 0
    return {"on": on, "number": number, "sums": sums, "share": share, "is_peak": number > 0 and share == 1}


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
        _step("Install Perennial", True, ""),
        _step("Read your subscriptions from Shopify", row is not None and row.finished_at is not None, ""),
        _step("Connect Klaviyo", account_of(session, shop.id) is not None, settings),
        _step("Choose when charges run", session.get(BillingSettings, shop.id) is not None, settings),
        _step("Choose when shoppers are told", session.get(NoticeSettings, shop.id) is not None, settings),
        _step(
            "See how subscribers hear of missing items",
            stock.of(session, shop.id).confirmed_at is not None,
            url_for("admin.stock_telling"),
        ),
    ]


def _step(label: str, done: bool, href: str) -> Values:
    return {"label": label, "done": done, "href": href}
