"""The form of a bulk change: which subscriptions are meant, and what is to be done with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlencode

from flask import g, request
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product, Variant
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract.statuses import REASONS
from shopify_app.kit.db import Json, is_among
from shopify_app.kit.gid import gid, number_of
from shopify_app.web import ctx
from shopify_app.web.admin import contracts, filter_words
from shopify_app.web.admin.bulk import words
from shopify_app.web.admin.listing import filters, finding
from shopify_app.web.forms import Form

MOST_CHOSEN, FARTHEST, MOST_GOODS = 500, 365, 500


@dataclass(frozen=True)
class Scope:
    """Which subscriptions are meant: those of these numbers, or, when there are none, all that a query finds."""

    numbers: tuple[str, ...]
    query: str

    @property
    def asked(self) -> filters.Filters:
        return filters.read(dict(parse_qsl(self.query)))

    @property
    def problem(self) -> str:
        """Why nobody knows what is meant; empty when it is clear."""
        return words.BAD_FILTER if not self.numbers and self.asked.errors else ""

    def contracts(self, session: Session) -> Select[int]:
        """Return a select of the ids of the shop's contracts that are meant."""
        mine = select(Contract.id).where(Contract.shop_id == g.shop.id)
        if self.numbers:
            gids = [gid("SubscriptionContract", number) for number in self.numbers]
            return mine.where(is_among(Contract.shopify_gid, gids))
        # what only comes close was not asked for
        found = finding.by_index(session, contracts.asking(dict(parse_qsl(self.query))))
        return mine.where(*found.conditions)

    def about(self, session: Session) -> str:
        """Say which are meant, without what was searched for."""
        if self.numbers:
            return words.CHOSEN
        known = filter_words.choices(session, g.shop.id)
        parts = [str(said) for _, said in filter_words.said(self.asked, known)]
        parts += [str(words.SEARCHED)] if self.asked.q else []
        return ", ".join(parts) or words.EVERYBODY


def scope() -> Scope:
    """Return which subscriptions this request is about."""
    numbers = [each for each in request.values.getlist("contract") if each.isascii() and each.isdigit()]
    query = request.form.get("query")
    if query is None:
        query = urlencode(filters.read(request.args).query())
        bad = {name: request.args.get(name, "") for name in filters.read(request.args).errors}
        query = urlencode(dict(parse_qsl(query)) | bad)
    return Scope(tuple(dict.fromkeys(numbers))[:MOST_CHOSEN], query)


def read(action: str, form: Form, today: date) -> Json | None:
    """Return what is asked for, in the terms of edits/bulk/wishes; None with errors at their fields."""
    asked = _READ[action](form, today)
    return asked if form.is_valid else None


def _nothing(form: Form, today: date) -> Json:
    return {}


def _pause(form: Form, today: date) -> Json:
    day = _day(form, "until", today)
    return {"until": day.isoformat()} if day else {}


def _cancel(form: Form, today: date) -> Json:
    return {"reason": form.choice("reason", list(REASONS))}


def _move(form: Form, today: date) -> Json:
    by = bool(form.typed.get("days", "").strip())
    if by == bool(form.typed.get("day", "").strip()):
        form.errors["day"] = words.WHICH_DAY
        return {}
    if by:
        return {"days": form.whole_number("days", 1, FARTHEST)}
    day = _day(form, "day", today)
    return {"day": day.isoformat()} if day else {}


def _swap(form: Form, today: date) -> Json:
    known = goods()
    old, new = form.choice("old", list(known)), form.choice("new", list(known))
    if old and old == new:
        form.errors["new"] = words.SAME_ITEM
    return {"old": old, "new": new}


_READ: dict[str, Callable[[Form, date], Json]] = {
    "pause": _pause,
    "resume": _nothing,
    "cancel": _cancel,
    "skip": _nothing,
    "move": _move,
    "swap": _swap,
}


def goods() -> dict[str, str]:
    """Return what subscriptions hold or may hold, variant gid → name."""
    query = (
        select(Variant.shopify_gid, Product.title, Variant.title)
        .join(Product, (Product.shop_id == Variant.shop_id) & (Product.shopify_gid == Variant.product_gid))
        .where(Variant.shop_id == g.shop.id, Product.deleted_at.is_(None))
        .order_by(Product.title, Variant.title, Variant.id)
        .limit(MOST_GOODS)
    )
    with ctx().db.session() as session:
        rows = session.execute(query).all()
    return {found: f"{product}, {variant}" if variant else f"{product} {number_of(found)}"
            for found, product, variant in rows}  # fmt: skip


def _day(form: Form, name: str, today: date) -> date | None:
    typed = form.typed.get(name, "").strip()
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        form.errors[name] = filters.BAD_DAY
        return None
    if not today < day or day.year > 9000:
        form.errors[name] = words.PAST
    return day
