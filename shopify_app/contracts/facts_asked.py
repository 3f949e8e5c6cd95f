"""Who asked us for what a reading shows: edits and requests of ours that are still open, found as rows.

Edits stand to the right of contracts and may not be imported. A request stays open until its outcome is read, so a
webhook that is faster than our own reading finds it too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import column, func, select, table, text
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.journal.models import Fact
from shopify_app.kit.db import Json

ELSEWHERE = "shopify"
"""The actor of what nobody asked us for: it was done in Shopify or by another app."""
FRESH = "1 hour"
"""Machine time after which a request of one date that was never confirmed explains nothing any more."""
_EDITS = table("contract_edits", *map(column, ("contract_id", "action", "state", "actor", "wish", "asked_at")))
_REQUESTS = {
    "order.skipped": ("order.skip_requested",),
    "order.unskipped": ("order.unskip_requested",),
    "order.moved": ("order.move_requested", "order.order_now_requested"),
    "order.contents_changed": ("order.contents_requested",),
}
"""What came true for one date → the requests that ask for it."""


@dataclass(frozen=True)
class Edit:
    """An edit of a whole subscription that was asked for and has no outcome yet."""

    action: str
    actor: str
    wish: Json


def open_edit(session: Session, contract: Contract) -> Edit | None:
    """Return the newest open edit of a contract; there is one at a time, unless an asker died."""
    mine = (_EDITS.c.contract_id == contract.id, _EDITS.c.state == "requested")
    query = select(_EDITS.c.action, _EDITS.c.actor, _EDITS.c.wish).where(*mine)
    row = session.execute(query.order_by(_EDITS.c.asked_at.desc()).limit(1)).one_or_none()
    return Edit(row.action, row.actor, row.wish) if row else None


def actor(edit: Edit | None, actions: Iterable[str]) -> str:
    """Return who asked for a change that one of `actions` makes."""
    return edit.actor if edit is not None and edit.action in actions else ELSEWHERE


def request(session: Session, contract: Contract, index: int, kind: str, after: Json) -> Fact | None:
    """Return the open request of one date that `kind` with `after` answers, None when nobody asked us for it.

    Only the newest counts, while it is fresh and has no outcome.
    """
    query = (
        select(Fact)
        .where(
            Fact.shop_id == contract.shop_id,
            Fact.contract_gid == contract.shopify_gid,
            Fact.cycle_index == index,
            Fact.kind.in_(_REQUESTS[kind]),
            Fact.recorded_at > func.now() - text(f"interval '{FRESH}'"),
        )
        .order_by(Fact.id.desc())
        .limit(1)
    )
    asked = session.scalar(query)
    if asked is None or not _is_answered(asked, kind, after):
        return None
    outcomes = (done_key(asked, kind), done_key(asked, "order.edit_rejected"))
    is_told = select(Fact.id).where(Fact.shop_id == contract.shop_id, Fact.key.in_(outcomes))
    return asked if session.scalar(is_told.limit(1)) is None else None


def done_key(asked: Fact, kind: str) -> str:
    """Return the key under which the outcome of a request is told, by the mirror or by the door that asked."""
    return f"{kind}:{asked.key.split(':', 1)[1]}"


def _is_answered(asked: Fact, kind: str, after: Json) -> bool:
    if kind != "order.moved":
        return True
    wished = (asked.after or {}).get("expected_at")
    if wished is None:
        return False
    apart = datetime.fromisoformat(after["expected_at"]) - datetime.fromisoformat(wished)
    return abs(apart) < timedelta(seconds=1)  # Shopify keeps whole seconds
