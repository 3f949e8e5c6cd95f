"""Writing a fact: once, in the transaction of the change it tells."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.journal.models import Fact
from shopify_app.kit.db import Json


def record(
    session: Session,
    shop_id: int,
    *,
    key: str,
    kind: str,
    occurred_at: datetime,
    contract_gid: str | None = None,
    customer_gid: str | None = None,
    cycle_index: int | None = None,
    actor: str = "shopify",
    cause: str | None = None,
    before: Json | None = None,
    after: Json | None = None,
    data: Json | None = None,
) -> Fact | None:
    """Insert a fact, or leave the one that has this key: returns None when the fact was known already.

    `key` names the happening itself (e.g. "processed:12:4"), so that telling it twice is harmless; at most 255
    characters, because channels use it as their own id. `occurred_at` is business time, aware. `before`, `after`
    and `data` must be plain JSON. Raises ValueError for a key that is too long or a time without zone.
    """
    if len(key) > 255:
        raise ValueError("a fact's key has at most 255 characters")
    if occurred_at.tzinfo is None:
        raise ValueError("a fact needs an aware instant")
    values: dict[str, Any] = {
        "shop_id": shop_id,
        "key": key,
        "kind": kind,
        "occurred_at": occurred_at,
        "contract_gid": contract_gid,
        "customer_gid": customer_gid,
        "cycle_index": cycle_index,
        "actor": actor,
        "cause": cause,
        "data": data or {},
    }
    # A JSON column given None would hold JSON's null instead of SQL's.
    values |= {name: value for name, value in (("before", before), ("after", after)) if value is not None}
    statement = insert(Fact).values(**values).on_conflict_do_nothing(index_elements=["shop_id", "key"])
    return session.scalars(statement.returning(Fact)).one_or_none()
