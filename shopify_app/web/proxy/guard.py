"""Who may ask by way of a storefront: whoever Shopify forwards, of a shop that has us; some views want a customer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, request

from shopify_app.gateways.shopify import proxy
from shopify_app.gateways.shopify.verify import BadToken, secrets_of
from shopify_app.kit.clock import machine_now
from shopify_app.shops.queries import by_domain
from shopify_app.web import ctx
from shopify_app.web.access import Access, declare
from shopify_app.web.portal.guard import REQUESTS, allow
from shopify_app.web.portal.problems import Problem

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])

SIGNED_OUT = 3_000
"""A minute, of all together who are not signed in to one shop: Shopify does not say who they are. Without an answer
the product page shows no next dates, and nothing else is missing."""


def storefront(view: View) -> View:
    """Only what Shopify forwarded. Sets `g.shop` and `g.customer_gid` (None: nobody signed in); else 401 or 429."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        _admit()
        allow("forwarded", SIGNED_OUT if g.customer_gid is None else REQUESTS)
        return view(*args, **kwargs)

    return declare(cast(View, guarded), Access("signed", "app proxy"))


def _admit() -> None:
    query = list(request.args.items(multi=True))
    try:
        found = proxy.read(query, secrets_of(ctx().settings), machine_now())
    except BadToken as error:
        raise _refused(error.reason) from None
    with ctx().db.session() as session:
        shop = by_domain(session, found.shop)
    if shop is None or not shop.is_installed:
        raise _refused("shop")
    g.shop, g.customer_gid = shop, found.customer_gid


def _refused(reason: str) -> Problem:
    log.info("proxy request refused", extra={"reason": reason, "endpoint": request.endpoint})
    return Problem(401)
