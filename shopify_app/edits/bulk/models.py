"""Changes of many subscriptions at once, with one row for each of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, Json, ShopId

WEIGHING, WEIGHED, RUNNING, DONE, STOPPED = "weighing", "weighed", "running", "done", "stopped"
"""States of a job."""
NEW, CAN, CANNOT, CHANGED, REFUSED = "new", "can", "cannot", "changed", "refused"
"""States of an item: not weighed yet · would be changed, and waits for it once the job runs · would not · was · was
not, although it was tried."""
OPEN_ITEM = "state in ('new', 'can')"


class BulkJob(Base):
    """A change that staff want for many subscriptions: weighing → weighed → running → done or stopped.

    `asked` is what the form wants, as `wishes.py` reads it; `about` says in words which subscriptions, without what
    was searched for, which may be a name. `undo_of`: the job that this one takes back. Business time, but for
    `turn_at`, the machine instant at which a worker last took it up: jobs take turns.
    """

    __tablename__ = "bulk_jobs"
    __table_args__ = (
        Index("ix_bulk_jobs_shop", "shop_id", "id"),
        Index("ix_bulk_jobs_at_work", "turn_at", postgresql_where=text("state in ('weighing', 'running')")),
        Index("uq_bulk_jobs_running", "shop_id", unique=True, postgresql_where=text("state = 'running'")),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    action: Mapped[str]
    asked: Mapped[Json]
    about: Mapped[str]
    undo_of: Mapped[int | None] = mapped_column(ForeignKey("bulk_jobs.id", ondelete="CASCADE"))
    actor: Mapped[str]
    state: Mapped[str]
    total: Mapped[int]
    made_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    turn_at: Mapped[datetime]


class BulkItem(Base):
    """One subscription of a job. `edit`: what it comes to (`door`, `name`, `wish`, of one order its `index`), fixed
    when it is weighed, so that what is done is what was shown; `words`: why it cannot be done, or what came of it.

    `amount`: what is charged less (or, below zero, more) with the next order, in the contract's currency. Its request
    id at the doors is `requests.id_of`, so that it acts once however often it is tried. Machine time.
    """

    __tablename__ = "bulk_items"
    __table_args__ = (
        PrimaryKeyConstraint("job_id", "contract_id"),
        Index("ix_bulk_items_open", "job_id", "next_try_at", postgresql_where=text(OPEN_ITEM)),
        Index("ix_bulk_items_contract", "contract_id"),
    )

    job_id: Mapped[int] = mapped_column(ForeignKey("bulk_jobs.id", ondelete="CASCADE"))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    shop_id: Mapped[ShopId]
    state: Mapped[str] = mapped_column(server_default=NEW)
    edit: Mapped[Json | None]
    words: Mapped[str | None]
    amount: Mapped[Decimal | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
