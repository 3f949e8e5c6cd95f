"""What staff must know about stock: an item that became short for subscribers, and on Mondays what will run out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from babel import Locale
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo import words
from shopify_app.channels.mail.models import ALERT, Mail
from shopify_app.shops.models import Shop
from shopify_app.stock import outlook, pages
from shopify_app.stock.models import StockCause, StockDecision
from shopify_app.stock.pages import Item
from shopify_app.stock.states import DISCONTINUED

AHEAD = timedelta(days=28)
SHOWN = 20
"""Items named in one mail."""
MONDAY, MORNING = 0, 7
"""Weekday and hour of the day, in the shop's zone, of the look ahead."""


def short(
    session: Session, shop: Shop, kind: str, looked: datetime, locale: Locale
) -> tuple[str, dict[str, Any]] | None:
    """Return the items that became short since staff were last told, as a mail says it, and what tells this mail from
    others; None when there are none. `kind`: of the alert; `looked`: since when, if no mail says it (business time).
    """
    told = _told_until(session, shop.id, kind)
    mine = (StockCause.shop_id == shop.id, StockCause.closed_at.is_(None), StockCause.kind != DISCONTINUED)
    new = StockCause.id > told if told else StockCause.opened_at > looked
    first, orders = func.min(StockDecision.charge_at), func.count()
    query = (
        select(StockCause.id, StockCause.item_gid, first, orders, func.sum(StockDecision.units))
        .join(StockDecision, StockDecision.cause_id == StockCause.id)
        .where(*mine, new)
        .group_by(StockCause.id)
        .order_by(first, StockCause.id)
    )
    found = session.execute(query).all()
    if not found:
        return None
    named = _names(session, shop.id, [row[1] for row in found])
    items = [
        {"name": named.get(gid, "–"), "on": words.day(at, shop.zone, locale), "orders": number, "units": int(units)}
        for _, gid, at, number, units in found[:SHOWN]
    ]
    return str(max(row[0] for row in found)), {"items": items, "count": len(found)}


def ahead(session: Session, shop: Shop, now: datetime, locale: Locale) -> tuple[str, dict[str, Any]] | None:
    """Return what runs out within four weeks, first first, as Monday's mail says it, and that Monday; None on other
    days, before the morning, and when nothing does.
    """
    here = now.astimezone(shop.zone)
    if here.weekday() != MONDAY or here.hour < MORNING:
        return None
    listed = pages.page(session, shop.id, show=pages.RUNS_OUT, limit=pages.MOST)
    found = [item for item in listed if _runs_out_by(item, now + AHEAD)]
    if not found:
        return None
    shown = found[:SHOWN]
    needs = outlook.needs(session, shop, [item.standing.item_gid for item in shown], now)
    items = []
    for item in shown:
        need, out = needs[item.standing.item_gid], item.standing.runs_out_at
        assert out is not None
        missing = max(need.within(AHEAD.days) - max(item.standing.supply or 0, 0), 0)
        on = words.day(out, shop.zone, locale)
        items.append({"name": item.name, "on": on, "units": missing, "subscribers": need.subscribers})
    return here.date().isoformat(), {"items": items, "count": len(found)}


def _runs_out_by(item: Item, until: datetime) -> bool:
    return item.standing.runs_out_at is not None and item.standing.runs_out_at <= until


def _told_until(session: Session, shop_id: int, kind: str) -> int:
    """The newest cause that staff were told of, by the reference of the mail; 0 for none."""
    mine = (Mail.shop_id == shop_id, Mail.purpose == ALERT, Mail.reference.startswith(f"{kind}:", autoescape=True))
    newest = session.scalar(select(Mail.reference).where(*mine).order_by(Mail.id.desc()).limit(1))
    return int(newest.split(":")[1]) if newest else 0


def _names(session: Session, shop_id: int, gids: Sequence[str]) -> dict[str, str]:
    return {item.standing.item_gid: item.name for item in pages.of_items(session, shop_id, gids)}
