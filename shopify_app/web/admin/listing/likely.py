"""What was meant when a word was mistyped: contracts that have most of its letters, the closest first."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import BigInteger, ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from shopify_app.contracts import search_words as words
from shopify_app.contracts.models import Contract
from shopify_app.contracts.search_models import ContractSearch
from shopify_app.kit.db import is_among
from shopify_app.web.admin.listing import conditions as asking
from shopify_app.web.admin.listing.conditions import Asked

LOOKED_AT, COMPARED, SHOWN = 1_000, 100, 50
"""Rows that are read because a part of each word is as typed; of which so many, with the most pieces in common, are
compared letter by letter; of which so many are shown."""


def find(session: Session, asked: Asked, columns: list[ColumnElement[bool]]) -> list[int]:
    """Return the ids of contracts that may have been meant, the closest first; none when no word may be mistyped."""
    terms = asked.filters.terms
    if not any(words.mistakes(term) for term in terms):
        return []
    parts = [_like(asked.shop_id, term) for term in terms]
    mine = (ContractSearch.shop_id == asked.shop_id, *parts)
    if features := asking.features(asked):
        mine = (*mine, asking.has(features))
    wanted = words.numbers(asked.shop_id, {piece for term in terms for piece in words.of_text(term)})
    texts = select(Contract.id, Contract.search_text).where(
        *columns, is_among(Contract.id, session.scalars(_most_alike(mine, wanted)).all())
    )
    near = []
    for number, text in session.execute(texts):
        away = _away(terms, words.words(text))
        if away is not None:
            near.append((away, number))
    return [number for _, number in sorted(near)[:SHOWN]]


def _most_alike(mine: tuple[ColumnElement[bool], ...], wanted: list[int]) -> Select[int]:
    """Contracts with the most of these pieces; counted by the database, which need not hand over all their pieces."""
    rows = select(ContractSearch.contract_id, ContractSearch.numbers).where(*mine).limit(LOOKED_AT).subquery()
    piece = func.unnest(rows.c.numbers, type_=BigInteger()).column_valued("piece")
    alike = select(func.count()).where(is_among(piece, wanted)).correlate(rows).scalar_subquery()
    return select(rows.c.contract_id).order_by(alike.desc(), rows.c.contract_id).limit(COMPARED)


def _like(shop_id: int, term: str) -> ColumnElement[bool]:
    """The word stands there, or a part of it."""
    ways = [words.of_term(term), *(words.halves(term) if words.mistakes(term) else [])]
    found: list[ColumnElement[bool]] = [asking.has(words.numbers(shop_id, way)) for way in ways if way]
    return or_(*found) if found else and_(True)


def _away(terms: Iterable[str], there: list[str]) -> int | None:
    """How many letters of these words are mistyped in all; None when one of them is not meant here."""
    total = 0
    for term in terms:
        if any(term in word for word in there):
            continue
        most = words.mistakes(term)
        # a beginning may be meant: who searches stops typing when it is enough
        nearest = min(
            (min(words.distance(term, word, most), words.distance(term, word[: len(term)], most)) for word in there),
            default=most + 1,
        )
        if nearest > most:
            return None
        total += nearest
    return total
