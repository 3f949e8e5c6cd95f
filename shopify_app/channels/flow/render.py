"""A fact as the arguments of one `flowTriggerReceive`: rendered once, stored, and sent unchanged."""

from __future__ import annotations

import json
import logging

from shopify_app.channels.flow.triggers import BY_KIND
from shopify_app.channels.kept import NOT_RENDERED
from shopify_app.channels.klaviyo.shelf import Shelf
from shopify_app.channels.klaviyo.story import Around, CannotRender, gather
from shopify_app.gateways.shopify.flow import LARGEST
from shopify_app.journal.models import PARKED_DELIVERY, PENDING, Fact
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_
from shopify_app.shops.models import Shop

log = logging.getLogger(__name__)


def rendered(shop: Shop, fact: Fact, around: Around, shelf: Shelf) -> Json:
    """Return a delivery's `state`, `body` and `reason`: ready to be sent, or parked with the reason."""
    try:
        return {"state": PENDING, "body": _body(shop, fact, around, shelf), "reason": None}
    except CannotRender as reason:
        return {"state": PARKED_DELIVERY, "body": None, "reason": str(reason)}
    except (LookupError, ValueError, TypeError, ArithmeticError) as error:
        # a bug of ours about one fact must not keep all others from being told
        log.exception("fact not rendered", extra={"fact_id": fact.id, "kind": fact.kind})
        return {
            "state": PARKED_DELIVERY,
            "body": None,
            "reason": NOT_RENDERED % {"kind": type(error).__name__},
        }


def _body(shop: Shop, fact: Fact, around: Around, shelf: Shelf) -> Json:
    trigger, story = BY_KIND[fact.kind], gather(shop, fact, around, shelf)
    payload = {field.name: field.value(story) for field in trigger.fields}
    if len(json.dumps(payload).encode()) > LARGEST:
        raise CannotRender(N_("it is larger than what Flow takes"))
    return {"handle": trigger.handle, "payload": payload}
