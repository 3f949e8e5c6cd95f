"""Writing a fact: once, in the transaction of the change it tells."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Required, TypedDict, Unpack

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.journal.models import Fact
from shopify_app.kit.bulk import insert_all
from shopify_app.kit.db import Json


class Fields(TypedDict, total=False):
    """What a fact says.

    `key` names the happening itself (e.g. "processed:12:4"), so that telling it twice is harmless; at most 255
    characters, because channels use it as their own id. `occurred_at` is business time, aware. `actor` is "shopify"
    unless said. `before`, `after` and `data` must be plain JSON.
    """

    key: Required[str]
    kind: Required[str]
    occurred_at: Required[datetime]
    contract_gid: str | None
    customer_gid: str | None
    cycle_index: int | None
    actor: str
    cause: str | None
    before: Json | None
    after: Json | None
    data: Json | None


def record(session: Session, shop_id: int, **fields: Unpack[Fields]) -> Fact | None:
    """Insert a fact, or leave the one that has this key: returns None when the fact was known already.

    Raises ValueError for a key that is too long or a time without zone.
    """
    statement = insert(Fact).values(**row_of(shop_id, **fields)).on_conflict_do_nothing(index_elements=ONCE)
    return session.scalars(statement.returning(Fact)).one_or_none()


def record_all(session: Session, rows: list[Json]) -> None:
    """Insert many facts, made by `row_of`, in their order; one that is known already stays as it is."""
    names = {name for row in rows for name in row}
    insert_all(session, Fact, [dict.fromkeys(names) | row for row in rows], ONCE)


def row_of(shop_id: int, **fields: Unpack[Fields]) -> Json:
    """Return a fact as a row. Raises ValueError like `record`."""
    if len(fields["key"]) > 255:
        raise ValueError("a fact's key has at most 255 characters")
    if fields["occurred_at"].tzinfo is None:
        raise ValueError("a fact needs an aware instant")
    values: dict[str, Any] = {"shop_id": shop_id, "actor": "shopify", **fields, "data": fields.get("data") or {}}
    # A JSON column given None would hold JSON's null instead of SQL's.
    return {name: value for name, value in values.items() if value is not None or name not in ("before", "after")}


ONCE = ("shop_id", "key")
