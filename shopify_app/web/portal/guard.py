"""Who may use the shopper's API: a customer of an installed shop, by the session token of an extension of ours.

Whatever is wrong with a token, the answer is the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g, request

from shopify_app.gateways.shopify.verify import BadToken, decode_shopper_token
from shopify_app.kit.clock import machine_now
from shopify_app.shops.queries import by_domain
from shopify_app.web import ctx
from shopify_app.web.access import Access, bearer, declare
from shopify_app.web.links.limits import Limiter
from shopify_app.web.portal.problems import Problem

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])

REQUESTS, CHANGES, QUESTIONS = 120, 20, 10
"""A minute and shopper. A page of an extension makes about four requests."""


def shopper(view: View) -> View:
    """Only a signed-in customer. Sets `g.shop` (Shop) and `g.customer_gid`; all else is a Problem: 401 or 429."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        _admit()
        allow("asked", REQUESTS)
        return view(*args, **kwargs)

    return declare(cast(View, guarded), Access("shopper"))


def allow_change() -> None:
    """Count one change of this shopper's; raises Problem 429 when there were too many in this minute."""
    allow("changed", CHANGES)


def allow_question() -> None:
    """Count one question of this shopper's that we ask Shopify; raises Problem 429 when there were too many."""
    allow("wondered", QUESTIONS)


def _admit() -> None:
    try:
        claims = decode_shopper_token(bearer() or "", ctx().settings)
    except BadToken as error:
        raise _refused(error.reason) from None
    with ctx().db.session() as session:
        shop = by_domain(session, claims.shop)
    if shop is None or not shop.is_installed:
        raise _refused("shop")
    g.shop, g.customer_gid = shop, claims.customer_gid


def _refused(reason: str) -> Problem:
    log.info("shopper request refused", extra={"reason": reason, "endpoint": request.endpoint})
    return Problem(401)


def allow(what: str, most: int) -> None:
    """Count one of what `g.customer_gid` does; raises Problem 429 when there were more than `most` this minute."""
    limiter: Limiter = current_app.extensions.setdefault("portal-limits", Limiter(ctx().wakeups.count))
    if not limiter.allows(f"portal {what} {g.shop.id} {g.customer_gid}", most):
        raise Problem(429, retry_after=60 - int(machine_now().timestamp()) % 60)
