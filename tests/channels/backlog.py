"""Many deliveries that wait, each of a contract and a person of its own."""

from __future__ import annotations

import copy

from sqlalchemy import select

from sandbox.klaviyo import seed
from shopify_app.channels.klaviyo import deliver, outbox
from shopify_app.journal.models import PENDING, Delivery, Fact
from shopify_app.kit.clock import machine_now
from tests.billing.till import Till
from tests.channels.telling import tell


def pile_up(till: Till, count: int) -> None:
    """Let one fact be rendered, and have `count` more like it wait beside it, about other people."""
    tell(till, "first")
    with till.ctx.db.session() as session:
        outbox.fill(session, deliver.around(till.ctx), machine_now())
        first = session.scalars(select(Delivery).where(Delivery.unique_id == "first")).one()
        for number in range(count):
            session.add(_alike(session, first, number))


def requests(till: Till) -> list[int]:
    """How many events each request brought that Klaviyo accepted."""
    sizes: dict[str, int] = {}
    for row in till.klaviyo().of("accepted", seed.ROSEBUD).all():
        sizes[row["request_id"]] = sizes.get(row["request_id"], 0) + 1
    return list(sizes.values())


def body_of(till: Till, number: int) -> Delivery:
    """The delivery of the person with this number."""
    return next(row for row in till.deliveries() if row.unique_id == f"more-{number}")


def _alike(session, first: Delivery, number: int) -> Delivery:
    model = session.get_one(Fact, first.fact_id)
    gid = f"gid://shopify/SubscriptionContract/9{number:05}"
    fact = Fact(
        shop_id=model.shop_id,
        key=f"more-{number}",
        kind=model.kind,
        contract_gid=gid,
        customer_gid=model.customer_gid,
        cycle_index=1,
        occurred_at=model.occurred_at,
        data=model.data,
    )
    session.add(fact)
    session.flush()
    body = copy.deepcopy(first.body)
    attributes = body["data"]["attributes"]
    attributes["unique_id"] = fact.key
    profile = attributes["profile"]["data"]["attributes"]
    profile |= {"email": f"shopper-{number}@rosebud-mail.com"}
    profile.pop("phone_number", None)
    return Delivery(
        shop_id=fact.shop_id,
        fact_id=fact.id,
        channel=first.channel,
        contract_gid=gid,
        unique_id=fact.key,
        body=body,
        state=PENDING,
        next_try_at=machine_now(),
    )
