"""How what is asked for is found: by the few contracts that have all pieces, or, of many, along another index.

Few and many are told apart by reading at most MOST rows of the index, so that neither is slow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from shopify_app.contracts import search_words
from shopify_app.contracts.models import Contract
from shopify_app.contracts.search_models import ContractSearch
from shopify_app.kit.db import is_among
from shopify_app.kit.gid import gid
from shopify_app.orders.models import Order, OrderContract
from shopify_app.web.admin.listing import conditions as asking
from shopify_app.web.admin.listing import likely
from shopify_app.web.admin.listing.conditions import Asked

MOST = 1_000
"""Contracts that are few enough to be sorted by how well they match, and of many so many are counted."""
COUNTED = 10_000
"""Contracts that are counted where columns alone tell which: an index has them in one place."""
NUMBER, WHOLE, BEGINS, WITHIN = range(4)
"""How well a contract matches: its own or an order's number · a name, mail or item is just that · all words begin
one · they stand somewhere."""


@dataclass(frozen=True)
class Found:
    """`conditions` find the contracts. `ids`: a superset of them when they are few, best first for `is_likely` ones;
    `counted`: so many of them are counted at most; `exact`: those whose own number, or an order's, was typed."""

    conditions: list[ColumnElement[bool]]
    counted: int
    ids: Sequence[int] | None = None
    exact: frozenset[int] = frozenset()
    is_likely: bool = False


def find(session: Session, asked: Asked) -> Found:
    """Return how to find what is asked for; the closest when nothing has all the words."""
    columns = asking.of_columns(asked)
    if asked.filters.q and not asked.filters.terms:
        return Found([Contract.id.is_(None)], COUNTED, ids=[])  # marks alone are in no word
    found = by_index(session, asked)
    if found.ids is None or not asked.filters.terms:
        return found
    if session.scalar(select(Contract.id).where(*found.conditions).limit(1)) is not None:
        return found
    close = likely.find(session, asked, columns)
    return Found([*columns, is_among(Contract.id, close)], COUNTED, ids=close, is_likely=True) if close else found


def by_index(session: Session, asked: Asked) -> Found:
    """Return how to find exactly what is asked for."""
    columns, numbers = asking.of_columns(asked), asking.numbers(asked)
    exact = _by_number(session, asked)
    if not asking.searched(asked):
        return Found(columns, COUNTED, exact=exact)
    query = select(ContractSearch.contract_id).where(ContractSearch.shop_id == asked.shop_id, asking.has(numbers))
    ids = session.scalars(query.limit(MOST + 1)).all()
    text = asking.of_text(asked)
    if len(ids) > MOST:
        return Found([*columns, _either(exact, asking.is_found(numbers), *text)], MOST, exact=exact)
    matches = _either(exact, is_among(Contract.id, ids), *text)
    return Found([*columns, matches], COUNTED, ids=[*ids, *exact], exact=exact)


def ranker(asked: Asked, found: Found) -> Callable[[int, str], int]:
    """Return what tells how well a contract of an id and a search text matches."""
    whole, terms = search_words.fold(asked.filters.q).strip(), asked.filters.terms

    def rank(contract_id: int, text: str) -> int:
        if contract_id in found.exact:
            return NUMBER
        if whole in text.split("\n"):
            return WHOLE
        spaced = f" {text}".replace("\n", " ")
        return BEGINS if all(f" {term}" in spaced for term in terms) else WITHIN

    return rank


def _either(exact: frozenset[int], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    all_of = conditions[0]
    for condition in conditions[1:]:
        all_of &= condition
    return or_(all_of, is_among(Contract.id, sorted(exact))) if exact else all_of


def _by_number(session: Session, asked: Asked) -> frozenset[int]:
    """The contracts whose number, or an order of whose, is all that was typed."""
    typed = asked.filters.q.strip().removeprefix("#")
    if not typed or " " in typed:
        return frozenset()
    names = {f"{mark}{word}" for mark in ("#", "") for word in (typed, typed.upper())}
    orders = (
        select(OrderContract.contract_gid)
        .join(Order, Order.id == OrderContract.order_id)
        .where(Order.shop_id == asked.shop_id, Order.name.in_(names))
        .limit(MOST)
    )
    gids = {*session.scalars(orders)}
    if typed.isascii() and typed.isdigit():
        gids.add(gid("SubscriptionContract", typed))
    mine = (Contract.shop_id == asked.shop_id, Contract.shopify_gid.in_(gids))
    return frozenset(session.scalars(select(Contract.id).where(*mine))) if gids else frozenset()
