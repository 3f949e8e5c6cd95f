"""The line of time on a page of its own, by kind and page by page."""

from __future__ import annotations

from flask import Response, g, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.kit.gid import gid
from shopify_app.kit.speech import _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.history import kinds, line, places

PAGE = 50


@blueprint.get("/contracts/<number>/history")
@merchant
def contract_history(number: str) -> Response:
    """One page of it. A kind or place that is not known counts as not asked for."""
    kind = request.args.get("kind", kinds.ALL)
    kind = kind if kind in kinds.KINDS else kinds.ALL
    after = places.read(request.args.get("after", ""))
    with ctx().db.session() as session:
        found = _find(session, number)
        shown = line.read(session, found, kind, after, PAGE) if found else None
    if shown is None:
        return render.page("contract/missing.html", title=_("Subscription not found"), code=404)
    return render.page(
        "contract/history.html",
        title=_("History of subscription #%(number)s", number=number),
        number=number,
        timeline=shown.entries,
        kinds={name: one.words for name, one in kinds.KINDS.items()},
        kind=kind,
        is_first=after is None,
        newest=_address(number, kind),
        following=_address(number, kind, shown.following) if shown.following else "",
    )


def _address(number: str, kind: str, after: str | None = None) -> str:
    return url_for("admin.contract_history", number=number, kind=kind or None, after=after)


def _find(session: Session, number: str) -> Contract | None:
    if not (number.isascii() and number.isdigit()):
        return None
    mine = (Contract.shop_id == g.shop.id, Contract.shopify_gid == gid("SubscriptionContract", number))
    return session.scalar(select(Contract).where(*mine))
