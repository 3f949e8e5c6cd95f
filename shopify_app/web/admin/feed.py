"""Changes: what was changed across all subscriptions, when, by whom, and the way to each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, g, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.journal import feed as journal
from shopify_app.journal.models import Fact
from shopify_app.kit.gid import number_of
from shopify_app.shoppers.models import Shopper
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.sentences import sentence

PAGE = 50
SHOWS = [
    ("", "All changes"),
    ("items", "Items and frequency"),
    ("dates", "Dates"),
    ("delivery", "Address, delivery, note and preferences"),
    ("payment", "Payment and discounts"),
    ("stock", "Missing items and what was chosen"),
    ("at_risk", "Failed charges and recovered ones"),
    ("tasks", "Tasks for a person"),
    ("status", "Started, paused, ended"),
]


@blueprint.get("/changes")
@merchant
def feed() -> Response:
    """The newest changes first. A filter or page that is not known counts as none."""
    show = request.args.get("show", "")
    show = show if show in journal.GROUPS else ""
    with ctx().db.session() as session:
        kinds = journal.GROUPS.get(show, journal.KINDS)
        found = journal.latest(session, g.shop.id, _before(), PAGE + 1, kinds)
        rows = _rows(session, found[:PAGE])
    older = url_for("admin.feed", before=found[PAGE - 1].id, show=show or None) if len(found) > PAGE else None
    is_filtered = bool(show or _before())
    return render.page(
        "feed/page.html", title="Changes", rows=rows, older=older, show=show, shows=SHOWS, is_filtered=is_filtered
    )


def _before() -> int | None:
    asked = request.args.get("before", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None


def _rows(session: Session, facts: Sequence[Fact]) -> list[dict[str, Any]]:
    gids = {fact.customer_gid for fact in facts if fact.customer_gid}
    mine = select(Shopper).where(Shopper.shop_id == g.shop.id, Shopper.shopify_gid.in_(gids))
    names = {shopper.shopify_gid: shopper.label for shopper in session.scalars(mine)}
    return [_row(fact, names) for fact in facts]


def _row(fact: Fact, names: dict[str, str]) -> dict[str, Any]:
    said = sentence(fact, g.shop.zone)
    number = number_of(fact.contract_gid) if fact.contract_gid else None
    return {
        "at": fact.occurred_at,
        "number": number,
        "href": url_for("admin.contract", number=number) if number else None,
        "shopper": names.get(fact.customer_gid or "", "Customer not known"),
        "words": said.words,
    }
