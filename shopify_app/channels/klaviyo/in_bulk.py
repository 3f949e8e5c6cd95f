"""Sending a claimed backlog in bulk, request by request within the account's bucket."""

from __future__ import annotations

from datetime import timedelta

from shopify_app.channels.klaviyo import bucket, bulk, verdicts
from shopify_app.channels.klaviyo.claim import Sending, put_back
from shopify_app.context import Context
from shopify_app.gateways.klaviyo.client import KlaviyoClient
from shopify_app.gateways.klaviyo.errors import BodyRefused, KlaviyoError, Stumbled
from shopify_app.kit.clock import machine_now, monotonic, sleep
from shopify_app.kit.crashpoints import reach

PATIENCE = 30.0
"""Machine seconds a backlog is taken apart at most, well inside the lease; what is left waits for the next turn."""


def send(ctx: Context, client: KlaviyoClient, account_id: str, sendings: list[Sending]) -> list[Sending]:
    """Send them all; returns those that have to go one by one, because the request that held them was refused.

    The claim has paid for the first request. Trouble with the account puts back whatever was not sent.
    """
    singly: list[Sending] = []
    packets = list(bulk.packets(sendings))
    deadline, is_paid = monotonic() + PATIENCE, True
    while packets:
        if not is_paid and not _may_ask(ctx, account_id, deadline):
            put_back(ctx, [sending for packet in packets for sending in packet], timedelta(seconds=1))
            return singly
        is_paid = False
        request = bulk.request(packets.pop(0))
        error = _ask(client, request)
        if error is None:
            reach("channel.after_call_before_record")
            verdicts.all_accepted(ctx, [sending.id for sending in request.sendings])
        elif isinstance(error, BodyRefused | Stumbled):
            if isinstance(error, Stumbled):
                verdicts.answer_lost(ctx, [sending.id for sending in request.sendings])
            named, again = bulk.apart(request, error.pointers if isinstance(error, BodyRefused) else ())
            singly += named
            packets = again + packets
        else:
            wait = verdicts.all_failed(ctx, [sending.id for sending in request.sendings], sendings[0].shop_id, error)
            left = [*singly, *(sending for packet in packets for sending in packet)]
            put_back(ctx, left, wait)
            return []
    return singly


def _ask(client: KlaviyoClient, request: bulk.Request) -> KlaviyoError | None:
    try:
        client.bulk_create_events(request.body)
    except KlaviyoError as error:
        return error
    except Exception as error:
        # a bug about one of them, which taking apart will find; its text may quote the event
        return Stumbled(f"unforeseen: {type(error).__name__}")
    return None


def _may_ask(ctx: Context, account_id: str, deadline: float) -> bool:
    while monotonic() < deadline:
        with ctx.db.session() as session:
            if bucket.take(session, account_id, bucket.BULK, 1, machine_now()):
                return True
        sleep(bucket.seconds_until_one(bucket.BULK))
    return False
