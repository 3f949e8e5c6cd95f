"""A process says every few seconds that it lives, as long as its loop goes round.

A thread writes the row, so that a long job does not look like death; but it falls silent when the loop has not come
round for longer than any of its turns may take, so that a process that hangs does.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import timedelta
from types import TracebackType

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from shopify_app.health.models import Heartbeat
from shopify_app.kit.clock import monotonic
from shopify_app.kit.db import Database

log = logging.getLogger(__name__)

EVERY_SECONDS = 15.0
FORGOTTEN = timedelta(days=1)
"""A host not seen for this long has gone for good (containers get a new name at each start)."""


class Pulse:
    """Beats while it is entered. `patience`: seconds of machine time within which the loop must call `turned`."""

    def __init__(self, database: Database, kind: str, patience: float, every: float = EVERY_SECONDS) -> None:
        self._database, self._kind = database, kind
        self._patience, self._every = patience, every
        self._turned_at = monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"pulse of {kind}", daemon=True)

    def turned(self) -> None:
        """Note that the loop came round. Costs nothing."""
        self._turned_at = monotonic()

    def __enter__(self) -> Pulse:
        self.turned()
        _beat(self._database, self._kind, is_first=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=2.0)

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            if monotonic() - self._turned_at > self._patience:
                log.error("the loop hangs", extra={"kind": self._kind, "patience_s": self._patience})
                continue
            try:
                _beat(self._database, self._kind)
            except SQLAlchemyError as error:
                log.warning("no sign of life written", extra={"error": type(error).__name__})


def _beat(database: Database, kind: str, *, is_first: bool = False) -> None:
    """Write one sign of life; the first forgets hosts of this kind that went long ago, since now there is a newer."""
    now = func.clock_timestamp()
    row = {"kind": kind, "host": socket.gethostname(), "pid": os.getpid()}
    changed = {"pid": row["pid"], "seen_at": now} | ({"started_at": now} if is_first else {})
    statement = insert(Heartbeat).values(**row, started_at=now, seen_at=now)
    with database.session() as session:
        session.execute(statement.on_conflict_do_update(index_elements=["kind", "host"], set_=changed))
        if is_first:
            session.execute(delete(Heartbeat).where(Heartbeat.kind == kind, Heartbeat.seen_at < now - FORGOTTEN))
