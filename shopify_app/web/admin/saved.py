"""Views of the list of subscriptions: those that are always there, and those that staff of the shop saved."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import g, url_for
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.contracts.search_models import ContractView
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.admin.listing import filters

LONGEST_NAME, MOST = 60, 30
BUILT_IN = {
    N_("All active"): {"show": "ACTIVE"},
    N_("Failing payment"): {"pay": "failing"},
    N_("Card expiring"): {"pay": "expiring"},
    N_("Paused"): {"show": "PAUSED"},
    N_("Waiting for stock"): {"stock": "waiting"},
    N_("Cancelled this month"): {"ended": "month"},
}
TAKEN = N_("There is a view of this name. Choose another.")
NOTHING = N_("This shows all subscriptions. Search or filter first, then save it.")


@dataclass(frozen=True)
class Shown:
    """A view as the page lists it. `key`: names it on the page; `id` is None for one that is always there."""

    key: str
    name: str
    query: dict[str, str]
    href: str
    is_current: bool
    id: int | None = None


def shown(session: Session, asked: filters.Filters) -> list[Shown]:
    """Return the shop's views, marking the one that is looked at."""
    now = asked.query()
    found = [_shown(f"view-{at}", name, query, now) for at, (name, query) in enumerate(BUILT_IN.items())]
    rows = session.scalars(select(ContractView).where(ContractView.shop_id == g.shop.id).order_by(ContractView.name))
    return found + [_shown(f"saved-{row.id}", row.name, dict(parse_qsl(row.query)), now, row.id) for row in rows]


def _shown(key: str, name: str, query: dict[str, str], now: dict[str, str], number: int | None = None) -> Shown:
    return Shown(key, name, query, f"{url_for('admin.contracts')}?{urlencode(query)}", query == now, number)


def keep(session: Session, name: str, query: str) -> str | None:
    """Write a view; return why not, None when it is there."""
    there = select(func.count()).select_from(ContractView).where(ContractView.shop_id == g.shop.id)
    if (session.scalar(there) or 0) >= MOST:
        return _("There are %(most)s views. Delete one first.", most=MOST)
    row = insert(ContractView).values(
        shop_id=g.shop.id, name=name, query=query, made_by=f"merchant:{g.user_id}", made_at=ctx().clock.now()
    )
    kept = session.scalar(row.on_conflict_do_nothing().returning(ContractView.id))
    return None if kept is not None else TAKEN
