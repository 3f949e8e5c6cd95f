"""Who may read a shop's feed: whoever has a working key. Whatever is wrong with a key, the answer is the same."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g, request

from shopify_app.fulfillment import keys
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop
from shopify_app.web import ctx
from shopify_app.web.access import Access, bearer, declare
from shopify_app.web.feed.problems import Problem
from shopify_app.web.links.limits import Limiter

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])

REQUESTS = 120
"""A minute and key."""


def key_holder(view: View) -> View:
    """Only with a working key. Sets `g.shop` (Shop) and `g.key_name`; all else is a Problem: 401 or 429."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        _admit()
        return view(*args, **kwargs)

    return declare(cast(View, guarded), Access("signed", "an API key of the shop"))


def _admit() -> None:
    with ctx().db.session() as session:
        key = keys.find(session, bearer() or "", machine_now())
        shop = session.get(Shop, key.shop_id) if key else None
    if key is None or shop is None or not shop.is_installed:
        log.info("feed request refused", extra={"endpoint": request.endpoint})
        raise Problem(401)
    limiter: Limiter = current_app.extensions.setdefault("feed-limits", Limiter(ctx().wakeups.count))
    if not limiter.allows(f"feed {key.id}", REQUESTS):
        raise Problem(429, retry_after=60 - int(machine_now().timestamp()) % 60)
    g.shop, g.key_name = shop, key.name
