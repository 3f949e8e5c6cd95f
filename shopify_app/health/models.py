"""Signs of life of the processes that nobody calls and so nobody would miss."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from shopify_app.kit.db import Base


class Heartbeat(Base):
    """When a kind of process was last seen on a host. Serves every shop.

    Instants are the database's own clock, which is one for all hosts: two machines that disagree by a minute must
    not look dead to each other.
    """

    __tablename__ = "heartbeats"
    __table_args__ = (PrimaryKeyConstraint("kind", "host"),)

    kind: Mapped[str]
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
