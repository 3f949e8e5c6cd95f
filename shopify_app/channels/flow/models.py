"""What a shop lets Flow hear and do, and what workflows asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, Json, ShopId

WAITING, DONE, REFUSED = "waiting", "done", "refused"


class FlowSettings(Base):
    """A shop's switches. `kinds`: fact kind → the fact after which it is told; a kind that is off is not in it.

    `facts_read_to`: the fact up to which every fact that is told has its delivery. `takes_actions`: whether workflows
    may change subscriptions.
    """

    __tablename__ = "flow_settings"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    is_on: Mapped[bool] = mapped_column(server_default=text("false"))
    kinds: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    facts_read_to: Mapped[int] = mapped_column(server_default="0")
    takes_actions: Mapped[bool] = mapped_column(server_default=text("true"))

    def __repr__(self) -> str:
        return f"FlowSettings(shop_id={self.shop_id}, is_on={self.is_on})"


class FlowRun(Base):
    """One action of one run of a workflow, by Flow's id of it: however often it arrives, it acts once.

    `asked` is what the workflow filled in, `edit` what it comes to (`targets.py`), fixed before it is first tried so
    that every try is the same. `arrivals`: how often Flow asked. `asked_at` and `finished_at` are business time, the
    rest machine time.
    """

    __tablename__ = "flow_runs"
    __table_args__ = (
        UniqueConstraint("shop_id", "run_id", name="uq_flow_runs_once"),
        Index("ix_flow_runs_waiting", "next_try_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_flow_runs_shop", "shop_id", "id"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    run_id: Mapped[str]
    action: Mapped[str]
    asked: Mapped[Json]
    contract_gid: Mapped[str | None]
    edit: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    state: Mapped[str] = mapped_column(server_default=WAITING)
    words: Mapped[str | None]
    arrivals: Mapped[int] = mapped_column(server_default="1")
    tries: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    def __repr__(self) -> str:
        return f"FlowRun(id={self.id}, action={self.action}, state={self.state})"
