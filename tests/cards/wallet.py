"""The verbs of stories about cards: what the shopper and Shopify do to them, and what is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from sandbox.shopify import payment_methods
from shopify_app.cards import drain
from shopify_app.cards.models import CardNotice
from shopify_app.journal.models import Fact
from tests.billing.till import Till
from tests.edits.desk import there


def look(till: Till) -> list[tuple[str, Any]]:
    """Let the drain work until it rests; returns what was told so far: kind, and lead or why."""
    while drain.drain(till.ctx):
        pass
    return [(fact.kind.split(".")[1], fact.data.get("lead_days") or fact.data.get("why")) for fact in facts(till)]


def facts(till: Till) -> list[Fact]:
    with till.ctx.db.session() as session:
        mine = Fact.kind.in_([f"payment_method.{what}" for what in ("expiring", "updated", "removed")])
        return list(session.scalars(select(Fact).where(mine).order_by(Fact.id)))


def notices(till: Till) -> dict[int, tuple[str, str | None]]:
    """Lead → state and reason."""
    with till.ctx.db.session() as session:
        rows = session.scalars(select(CardNotice).order_by(CardNotice.expires_on, CardNotice.lead_days.desc()))
        return {row.lead_days: (row.state, row.reason) for row in rows}


def card(till: Till, **values: Any) -> None:
    """The card that pays the subscription says something else at Shopify, and we read it."""
    with till.sandbox.world.locked():
        payment_methods.update(till.sandbox.world, till.domain, there(till)["payment_method_id"], **values)
    till.mirror()


def on(till: Till, day: str) -> None:
    """It is three o'clock (UTC) in the afternoon of a day: past the shop's hour."""
    till.at(datetime.fromisoformat(day).replace(hour=15, tzinfo=UTC))
