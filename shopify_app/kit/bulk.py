"""Many rows in one statement, handed over as one JSON text: where a statement a row is what takes the time."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import JSON, Column, Table, TableValuedAlias, Text, cast, func, literal, update
from sqlalchemy import column as named
from sqlalchemy import select as choose
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.kit.db import Base, Json


def insert_all(session: Session, model: type[Base], rows: Sequence[Json], once: Sequence[str] | None = None) -> None:
    """Insert rows, in their order, which all have the same columns; what they leave out gets the table's defaults.

    `once`: the columns of a unique key, by which a row that is there already stays as it is. None is SQL's null, in
    a JSON column too.
    """
    if not rows:
        return
    columns = [_table(model).c[name] for name in rows[0]]
    given = _given(columns, rows)
    statement = insert(_table(model)).from_select(columns, choose(*(given.c[column.name] for column in columns)))
    if once is not None:
        statement = statement.on_conflict_do_nothing(index_elements=once)
    session.connection().execute(statement)


def write_back(session: Session, rows: Collection[Base], *names: str) -> None:
    """Write these columns of rows of one table that were read and changed in the session, which writes one by one.

    It does not know of it, and would write them again: afterwards let it forget them (`expunge_all`).
    """
    if not rows:
        return
    table = _table(type(next(iter(rows))))
    keys = list(table.primary_key.columns)
    columns = [*keys, *(table.c[name] for name in names)]
    given = _given(columns, [{column.name: getattr(row, column.name) for column in columns} for row in rows])
    changed = update(table).values({name: given.c[name] for name in names})
    session.connection().execute(changed.where(*(key == given.c[key.name] for key in keys)))


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _given(columns: Sequence[Column[Any]], rows: Sequence[Json]) -> TableValuedAlias:
    """The rows as a table of a statement; `str` makes of instants and amounts what PostgreSQL reads."""
    text = cast(literal(json.dumps(rows, default=str), Text()), JSON)
    typed = [named(column.name, column.type) for column in columns]
    return func.json_to_recordset(text).table_valued(*typed, name="given").render_derived(with_types=True)
