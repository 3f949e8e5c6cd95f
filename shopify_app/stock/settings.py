"""How a shop weighs stock: what holds until somebody says otherwise, and what was said."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopify_app.kit.clock import machine_now
from shopify_app.stock.models import ItemStanding, StockPolicy, StockSettings
from shopify_app.stock.policy import SAFE, Terms

SHOP, PLAN, PRODUCT = "shop", "plan", "product"
HORIZON = timedelta(days=90)
"""How far demand is looked at, for the runway and the pages."""


def of(session: Session, shop_id: int) -> StockSettings:
    """Return a shop's settings; a row that is not in the session, with what holds without one, if nobody set any."""
    return session.get(StockSettings, shop_id) or StockSettings(
        shop_id=shop_id, is_on=True, ahead_days=14, consent_hours=24, min_gap_days=7, confirmed_at=None
    )


def change(
    session: Session, shop_id: int, *, is_on: bool, ahead_days: int, consent_hours: int, min_gap_days: int
) -> StockSettings:
    """Set a shop's settings and look at every item anew. Raises ValueError with the field's name for a number out of
    bounds.
    """
    bounds = {"ahead_days": (ahead_days, 1, 60), "consent_hours": (consent_hours, 1, 168)}
    bounds["min_gap_days"] = (min_gap_days, 0, 60)
    for name, (value, low, high) in bounds.items():
        if not low <= value <= high:
            raise ValueError(f"{name} must be between {low} and {high}")
    if consent_hours >= ahead_days * 24:
        raise ValueError("consent_hours must be shorter than the days ahead")
    row = of(session, shop_id)
    row.is_on, row.ahead_days, row.consent_hours, row.min_gap_days = is_on, ahead_days, consent_hours, min_gap_days
    session.add(row)
    look_again(session, shop_id)
    return row


def confirm(session: Session, shop_id: int, now: datetime) -> None:
    """Note that staff have seen how subscribers hear and what happens then (business time)."""
    row = of(session, shop_id)
    row.confirmed_at = row.confirmed_at or now
    session.add(row)


def policies(session: Session, shop_id: int) -> dict[tuple[str, str], Terms]:
    """Return every policy of a shop by scope and subject; the shop's own is always among them."""
    rows = session.scalars(select(StockPolicy).where(StockPolicy.shop_id == shop_id))
    return {(SHOP, ""): SAFE} | {(row.scope, row.subject_gid): terms_of(row) for row in rows}


def terms_of(row: StockPolicy) -> Terms:
    """Return a row's terms."""
    return Terms(
        action=row.action,
        default=row.default,
        allowed=tuple(row.allowed),
        swap_variant_gid=row.swap_variant_gid,
        price_rule=row.price_rule,
        max_delay_days=row.max_delay_days,
        fallback=row.fallback,
        min_items=row.min_items,
        min_value=row.min_value,
    )


def put(session: Session, shop_id: int, scope: str, subject_gid: str, terms: Terms | None) -> None:
    """Set one policy, or take it away (None), and look at every item anew. Raises ValueError from `Terms.check`."""
    row = session.get(StockPolicy, (shop_id, scope, subject_gid))
    if terms is None:
        if row is not None:
            session.delete(row)
    else:
        terms.check()
        row = row or StockPolicy(shop_id=shop_id, scope=scope, subject_gid=subject_gid)
        row.action, row.default, row.allowed = terms.action, terms.default, list(terms.allowed)
        row.swap_variant_gid, row.price_rule = terms.swap_variant_gid, terms.price_rule
        row.max_delay_days, row.fallback = terms.max_delay_days, terms.fallback
        row.min_items, row.min_value = terms.min_items, terms.min_value
        session.add(row)
    look_again(session, shop_id)


def pick(known: dict[tuple[str, str], Terms], product_gid: str | None, plan_gid: str | None) -> tuple[str, Terms]:
    """Return the policy that holds for an item, and its scope: the product's over the plan's over the shop's."""
    for scope, gid in ((PRODUCT, product_gid), (PLAN, plan_gid)):
        if gid and (scope, gid) in known:
            return scope, known[scope, gid]
    return SHOP, known[SHOP, ""]


def look_again(session: Session, shop_id: int) -> None:
    """Mark every item of a shop as to be looked at."""
    mine = update(ItemStanding).where(ItemStanding.shop_id == shop_id, ItemStanding.dirty_at.is_(None))
    session.execute(mine.values(dirty_at=machine_now()))
