"""When each periodic duty last ran. Rows, so that two tickers share them and a missed hour is seen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base


class Duty(Base):
    """A periodic duty. `next_due_at` is business time, the lease machine time. Belongs to no shop."""

    __tablename__ = "duties"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    last_started_at: Mapped[datetime | None]
    last_finished_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
