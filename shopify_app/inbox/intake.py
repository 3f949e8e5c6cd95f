"""Keeping the webhooks of many requests by one statement: who comes while one runs goes along with the next.

Round trip and commit cost more than the rest of such a request, so in a burst they are shared. Nobody is answered
before the row is committed, and nobody waits for company: a webhook that comes alone is kept alone.
"""

from __future__ import annotations

import json
import logging
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from shopify_app.inbox.receive import Arrival, receive, values_of
from shopify_app.kit.db import Database
from shopify_app.shops import queries

log = logging.getLogger(__name__)

_KEEP_ALL = """
insert into inbox_messages (shop_id, webhook_id, event_id, topic, subject, api_version, triggered_at, payload,
    received_at, next_try_at)
select shops.id, webhook_id, event_id, topic, subject, api_version, triggered_at, payload, received_at, next_try_at
from jsonb_to_recordset(%(rows)s::jsonb) as given (domain text, webhook_id text, event_id text, topic text,
    subject text, api_version text, triggered_at timestamptz, payload jsonb, received_at timestamptz,
    next_try_at timestamptz)
join shops using (domain)
for key share of shops nowait
on conflict (shop_id, webhook_id) do nothing
returning inbox_messages.id"""
"""Plain SQL, as this is the hottest statement we have. A message of a shop we do not know finds no row to go with.

Deleting a shop holds its row for a while: rather than make all wait (`nowait`), each then waits for its own shop.
"""


@dataclass
class _Waiting:
    """A request that waits for its message to be kept. `taken`: into a statement, whatever became of it."""

    domain: str
    arrival: Arrival
    machine_now: datetime
    taken: bool = False
    kept: bool = False

    def row(self) -> dict[str, Any]:
        return values_of(self.arrival, self.machine_now) | {"domain": self.domain}


class Intake:
    """One per process; `keep` is called by many threads at once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        # one connection, each statement its own commit; one that broke meanwhile shows, and those waiting go alone
        self._engine = create_engine(
            db.engine.url,
            isolation_level="AUTOCOMMIT",
            pool_size=1,
            max_overflow=0,
            pool_reset_on_return=None,
            hide_parameters=True,
            connect_args={"connect_timeout": 5, "application_name": "perennial-intake"},
        )
        event.listen(db.engine, "engine_disposed", lambda _: self._engine.dispose())
        self._waiting: deque[_Waiting] = deque()
        self._writing = Lock()

    def keep(self, domain: str, arrival: Arrival, machine_now: datetime) -> bool:
        """Return once the message is committed (or is known, or of no shop of ours); True asks to wake the inbox.

        Of requests that were kept together one is asked. Raises SQLAlchemyError when the message is not kept.
        """
        mine = _Waiting(domain, arrival, machine_now)
        self._waiting.append(mine)
        news = False
        with self._writing:
            if not mine.taken:
                news = self._keep_all()
        return news if mine.kept else self._keep_alone(mine)

    def _keep_all(self) -> bool:
        """Keep whatever waits, and say so on each; answers whether anything was new."""
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        for each in batch:
            each.taken = True
        rows = json.dumps([each.row() for each in batch], default=datetime.isoformat)
        try:
            with self._engine.connect() as connection:
                new = connection.exec_driver_sql(_KEEP_ALL, {"rows": rows}).all()
        except SQLAlchemyError as error:
            # one row's trouble must be its own: each tries alone
            log.warning("kept one by one", extra={"messages": len(batch), "error": type(error).__name__})
            return False
        for each in batch:
            each.kept = True
        return bool(new)

    def _keep_alone(self, mine: _Waiting) -> bool:
        with self._db.session() as session:
            shop = queries.by_domain(session, mine.domain)
            return shop is not None and receive(session, shop.id, mine.arrival, mine.machine_now)
