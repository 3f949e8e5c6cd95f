"""Where the sandbox keeps its objects: in memory, written through to SQLite.

Every object is a plain JSON dict with an ``id``. Code changes a row in place and calls ``put``; the row is
written when the outermost ``World.locked()`` section ends, in one transaction, before the answer leaves the
process. So a ``kill -9`` loses nothing that anyone outside has seen.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

Row = dict[str, Any]
Key = int | str


class Collection:
    """The objects of one kind in one scope (a shop domain, a Klaviyo account, or "" for the whole world)."""

    def __init__(self, store: Store, kind: str, scope: str) -> None:
        self._store, self.kind, self.scope = store, kind, scope
        self._rows: dict[Key, Row] = {}

    def get(self, key: Key) -> Row | None:
        """The row with this id, or None."""
        return self._rows.get(key)

    def __getitem__(self, key: Key) -> Row:
        return self._rows[key]

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(list(self._rows.values()))

    def all(self) -> list[Row]:
        """All rows, oldest first."""
        return list(self._rows.values())

    def put(self, row: Row) -> Row:
        """Insert the row, or say that it has changed. Returns the row."""
        self._rows[row["id"]] = row
        self._store.mark(self, row["id"])
        return row

    def add(self, row: Row) -> Row:
        """Insert a row under the next id of its kind."""
        row["id"] = self._store.next_id(self.kind)
        return self.put(row)

    def delete(self, key: Key) -> None:
        """Forget the row; unknown ids are ignored."""
        if self._rows.pop(key, None) is not None:
            self._store.mark(self, key)

    def load(self, row: Row) -> None:
        """Take a row read from disk."""
        self._rows[row["id"]] = row


class Store:
    """All collections. With ``path=None`` nothing is written (tests)."""

    def __init__(self, path: Path | None = None) -> None:
        self._collections: dict[tuple[str, str], Collection] = {}
        self._dirty: dict[tuple[str, str, Key], Collection] = {}
        self._db = _open(path) if path else None
        if self._db:
            self._read(self._db)

    def collection(self, kind: str, scope: str = "") -> Collection:
        """The objects of this kind in this scope; made empty on first use."""
        key = (kind, scope)
        if key not in self._collections:
            self._collections[key] = Collection(self, kind, scope)
        return self._collections[key]

    def scopes(self, kind: str) -> list[str]:
        """The scopes that hold anything of this kind."""
        return [scope for (k, scope), rows in list(self._collections.items()) if k == kind and len(rows)]

    def next_id(self, kind: str) -> int:
        """The next numeric id of a kind, unique over all shops. Kinds start far apart, so that an id of one
        kind used as another is not found instead of finding a neighbour."""
        counters = self.collection("counters")
        row = counters.get(kind) or {"id": kind, "last": (crc32(kind.encode()) % 9_000 + 1_000) * 1_000_000}
        row["last"] += 1
        counters.put(row)
        return int(row["last"])

    def mark(self, collection: Collection, key: Key) -> None:
        """Remember that a row has to be written."""
        if self._db:
            self._dirty[(collection.kind, collection.scope, key)] = collection

    def flush(self) -> None:
        """Write what has changed, in one transaction."""
        if not self._db or not self._dirty:
            return
        dirty, self._dirty = self._dirty, {}
        with self._db:
            for (kind, scope, key), collection in dirty.items():
                self._write(kind, scope, key, collection.get(key))

    def clear(self) -> None:
        """Forget everything, on disk too. Collections held elsewhere stay valid and become empty."""
        for collection in self._collections.values():
            for row in collection.all():
                collection.delete(row["id"])
        self.flush()

    def close(self) -> None:
        """Write and close."""
        self.flush()
        if self._db:
            self._db.close()
            self._db = None

    def _write(self, kind: str, scope: str, key: Key, row: Row | None) -> None:
        assert self._db
        if row is None:
            self._db.execute("delete from objects where kind=? and scope=? and id=?", (kind, scope, str(key)))
            return
        self._db.execute(
            "insert into objects (kind, scope, id, body) values (?, ?, ?, ?)"
            " on conflict (kind, scope, id) do update set body = excluded.body",
            (kind, scope, str(key), json.dumps(row)),
        )

    def _read(self, db: sqlite3.Connection) -> None:
        for kind, scope, body in db.execute("select kind, scope, body from objects order by rowid"):
            self.collection(kind, scope).load(json.loads(body))


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # one connection used under the world's lock, from whichever thread holds it
    db = sqlite3.connect(path, check_same_thread=False)
    db.execute("pragma journal_mode=wal")
    db.execute("pragma synchronous=normal")  # survives a killed process; a power cut is not our business
    db.execute(
        "create table if not exists objects (kind text, scope text, id text, body text,"
        " primary key (kind, scope, id))"
    )
    return db
