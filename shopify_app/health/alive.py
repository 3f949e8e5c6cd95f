"""Who is alive: how long ago each kind of process last gave a sign of life, on whichever host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.health.models import Heartbeat

WORKER, TICKER = "worker", "ticker"
KINDS = (WORKER, TICKER)

QUIET = timedelta(minutes=1)
"""Four beats missed: it is down, or it hangs."""


@dataclass(frozen=True)
class Sign:
    """The newest sign of life of one kind. `seen_at` is None, and `ago` has no meaning, when there never was one."""

    kind: str
    seen_at: datetime | None
    ago: timedelta = timedelta(0)

    @property
    def is_silent(self) -> bool:
        """True when none of its kind lives."""
        return self.seen_at is None or self.ago > QUIET


def signs(session: Session) -> list[Sign]:
    """Return a sign for each of KINDS. Ages are reckoned by the database, whose clock wrote the rows."""
    newest = func.max(Heartbeat.seen_at)
    query = select(Heartbeat.kind, newest, func.clock_timestamp() - newest).group_by(Heartbeat.kind)
    found = {kind: Sign(kind, seen_at, ago) for kind, seen_at, ago in session.execute(query)}
    return [found.get(kind) or Sign(kind, None) for kind in KINDS]


def silent(session: Session) -> list[Sign]:
    """Return the kinds of which nobody lives."""
    return [sign for sign in signs(session) if sign.is_silent]
