"""Mail or Klaviyo: which of the two tells a shopper of one fact, decided under one lock per shop.

Whoever is about to tell holds `lock_telling` in its transaction:

- `decide` writes a mail only for a fact that Klaviyo surely does not have: it has no delivery, or one that waits,
  that nobody holds, and of which no answer was ever lost.
- Klaviyo's claim calls `keep_apart` in the transaction that leases deliveries. A mail that has not left yet is taken
  back, and the event goes as always. One that has left, or may have, stays, and the event becomes history that starts
  no flow, with FallbackSent.

Between them stands a mail's sender: the step from `pending` to `sending` is one update of the mail's row, committed
before the first byte of the message, and so is taking it back. Whichever comes first is seen by the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.channels.mail.models import DROPPED, PARKED, PENDING, SENDING, SENT, UNKNOWN, Mail
from shopify_app.journal.models import Delivery
from shopify_app.kit.db import Json, lock
from shopify_app.kit.speech import N_

LEFT = (SENDING, SENT, UNKNOWN)
TAKEN_BACK = N_("Klaviyo works again and tells it instead")


def lock_telling(session: Session, shop_id: int) -> None:
    """Hold the right to decide who tells this shop's shoppers until the transaction ends."""
    lock(session, "telling shoppers", shop_id)


def keep_apart(session: Session, delivery_ids: Sequence[int]) -> None:
    """Take back the mails about these deliveries' facts, or mark the deliveries as told by mail.

    The caller holds `lock_telling` and has leased the deliveries.
    """
    found = select(Mail, Delivery).join(Delivery, Delivery.fact_id == Mail.fact_id)
    found = found.where(Delivery.id.in_(delivery_ids), Mail.state != DROPPED).order_by(Mail.id)
    for mail, delivery in session.execute(found.with_for_update(of=Mail)).all():
        if mail.klaviyo_knows or mail.state in LEFT:
            mail.klaviyo_knows = True
            delivery.body = told_by_mail(delivery.body or {})
        elif mail.state in (PENDING, PARKED):
            mail.state, mail.reason, mail.lease_until = DROPPED, TAKEN_BACK, None


def told_by_mail(body: Json) -> Json:
    """Return an event's body as that of an event whose mail was sent: history, with FallbackSent."""
    attributes: dict[str, Any] = body["data"]["attributes"]
    properties = attributes["properties"] | {"FallbackSent": True}
    return {"data": body["data"] | {"attributes": attributes | {"properties": properties, "backfill": True}}}
