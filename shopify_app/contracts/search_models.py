"""What the list of subscriptions is found by, and views of it that staff keep."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, ShopId


class ContractSearch(Base):
    """The numbers of a contract's pieces of text and of its features (`search_words.py`, `search.py`).

    A narrow table of its own: contracts are written often, and with each writing PostgreSQL would index them anew.
    """

    __tablename__ = "contract_search"
    __table_args__ = (
        Index("ix_contract_search_numbers", "numbers", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"), primary_key=True)
    shop_id: Mapped[ShopId]
    numbers: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class SearchRebuild(Base):
    """A shop whose contracts after `after_id` have to be written into the search anew; gone once all are."""

    __tablename__ = "search_rebuilds"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    after_id: Mapped[int] = mapped_column(server_default="0")


class ContractView(Base):
    """A search with filters that staff gave a name. `query`: as the address has it; `made_at`: business time."""

    __tablename__ = "contract_views"
    __table_args__ = (UniqueConstraint("shop_id", "name"),)

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    name: Mapped[str]
    query: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
