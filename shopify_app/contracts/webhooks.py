"""Webhooks about contracts, cycles, customers and payment methods. Payloads are hints: each reads Shopify again.

`fetch_*` runs outside any transaction and returns a Reading; the function named after the topic writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import cycle_rows, cycles, mirror, search
from shopify_app.contracts.models import Contract, Sweep
from shopify_app.gateways.shopify import customers, payment_methods
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.contracts import ContractSnapshot
from shopify_app.gateways.shopify.customers import CustomerSnapshot
from shopify_app.gateways.shopify.payment_methods import PaymentMethodSnapshot
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json
from shopify_app.kit.gid import gid
from shopify_app.kit.handling import IGNORED, STALE
from shopify_app.shoppers import mirror as shoppers
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client
from shopify_app.shops.webhooks import Message

ZONE = "zone"
"""Name of the sweep row whose cursor is the time zone that the shop's due dates were computed for."""


@dataclass(frozen=True)
class Reading:
    """What was read, the business instant, and the machine instant just before the question."""

    now: datetime
    asked_at: datetime
    contracts: tuple[ContractSnapshot, ...] = ()
    customer: CustomerSnapshot | None = None
    payment_method: PaymentMethodSnapshot | None = None


def fetch_contract(ctx: Context, shop: Shop, message: Message) -> Reading:
    """Read the contract that a contract, cycle, edit or attempt payload names. Raises ShopifyError."""
    found = contract_gid(message.payload)
    return _read_contracts(ctx, shop, [found] if found else [])


def contract_changed(ctx: Context, session: Session, shop: Shop, message: Message, reading: Reading) -> str | None:
    """subscription_contracts/*, subscription_billing_cycles/*, subscription_billing_cycle_edits/*, attempts."""
    if not reading.contracts:
        return IGNORED
    changes = [mirror.apply(session, shop, contract, reading.now) for contract in reading.contracts]
    return STALE if any(change.stale for change in changes) else None


def fetch_customer(ctx: Context, shop: Shop, message: Message) -> Reading | None:
    """Read the customer of a customers/* payload, if a contract of ours has it; else None, unread."""
    payload = message.payload
    found = _text(payload, "admin_graphql_api_id") or _numbered("Customer", payload.get("id"))
    if not found or not _is_ours(ctx, shop, Contract.customer_gid == found):
        return None
    asked_at = machine_now()
    customer = with_client(ctx, shop.id, lambda client: customers.fetch(client, found))
    return Reading(ctx.clock.now(), asked_at, customer=customer)


def customers_update(
    ctx: Context, session: Session, shop: Shop, message: Message, reading: Reading | None
) -> str | None:
    """customers/update and customers/delete. A deleted customer's contracts are read by their own webhooks."""
    if reading is None or reading.customer is None:
        return IGNORED
    shoppers.apply_customer(session, shop.id, reading.customer)
    search.refresh_customer(session, shop.id, reading.customer.gid)
    return None


def fetch_merged(ctx: Context, shop: Shop, message: Message) -> Reading:
    """Read every contract of the two customers of a customers/merge payload. Raises ShopifyError."""
    pair = [_text(message.payload, f"admin_graphql_api_customer_{part}_id") for part in ("deleted", "kept")]
    query = select(Contract.shopify_gid).where(
        Contract.shop_id == shop.id, Contract.customer_gid.in_(filter(None, pair))
    )
    with ctx.db.session() as session:
        gids = list(session.scalars(query))
    return _read_contracts(ctx, shop, gids)


def customers_merge(ctx: Context, session: Session, shop: Shop, message: Message, reading: Reading) -> str | None:
    """customers/merge: contracts move to the kept customer."""
    gone, kept = (_text(message.payload, f"admin_graphql_api_customer_{part}_id") for part in ("deleted", "kept"))
    if not gone or not kept or not reading.contracts:
        return IGNORED
    shoppers.merge(session, shop.id, gone, kept)
    return contract_changed(ctx, session, shop, message, reading)


def fetch_payment_method(ctx: Context, shop: Shop, message: Message) -> Reading | None:
    """Read the payment method of a payload, if a contract of ours or its customer has it; else None, unread."""
    payload = message.payload
    found = _text(payload, "admin_graphql_api_id")
    customer = _text(payload, "admin_graphql_api_customer_id") or _numbered("Customer", payload.get("customer_id"))
    concerned = (Contract.payment_method_gid == found) | (Contract.customer_gid == customer)
    if not found or not _is_ours(ctx, shop, concerned):
        return None
    asked_at = machine_now()
    method = with_client(ctx, shop.id, lambda client: payment_methods.fetch(client, found))
    return Reading(ctx.clock.now(), asked_at, payment_method=method)


def payment_method_changed(
    ctx: Context, session: Session, shop: Shop, message: Message, reading: Reading | None
) -> str | None:
    """customer_payment_methods/*."""
    if reading is None:
        return IGNORED
    if reading.payment_method:
        shoppers.apply_payment_method(session, shop.id, reading.payment_method, reading.asked_at)
    else:
        shoppers.forget_payment_method(session, shop.id, str(message.payload["admin_graphql_api_id"]), reading.now)
    return None


def fetch_paid_with(ctx: Context, shop: Shop, message: Message) -> Reading:
    """Read every contract that is paid with the method of a payload: a revoked one may have moved them to another.

    Raises ShopifyError.
    """
    found = _text(message.payload, "admin_graphql_api_id")
    query = select(Contract.shopify_gid).where(Contract.shop_id == shop.id, Contract.payment_method_gid == found)
    with ctx.db.session() as session:
        gids = list(session.scalars(query.where(Contract.status.not_in(mirror.ENDED)).order_by(Contract.id)))
    return _read_contracts(ctx, shop, gids)


def fetch_zone(ctx: Context, shop: Shop, message: Message) -> datetime:
    """Nothing to ask: the shop's row was written by the handler before. Returns business time."""
    return ctx.clock.now()


def zone_changed(ctx: Context, session: Session, shop: Shop, message: Message, now: datetime) -> None:
    """shop/update: when the shop moved to another time zone, every due date moves with it."""
    mark = session.get(Sweep, (shop.id, ZONE))
    if mark is None:
        mark = Sweep(shop_id=shop.id, name=ZONE, since=now)
        session.add(mark)
    if mark.cursor == shop.iana_timezone:
        return
    mark.cursor = shop.iana_timezone
    after: int | None = 0
    while after is not None:
        after = cycles.refresh_shop(session, shop, after)


def contract_gid(payload: Json) -> str | None:
    """Return the contract's gid from any payload that names one, None when it does not."""
    own = _text(payload, "admin_graphql_api_id")
    if own and "/SubscriptionContract/" in own:
        return own
    return (
        _text(payload, "admin_graphql_api_subscription_contract_id")
        or _numbered("SubscriptionContract", payload.get("subscription_contract_id"))
        or (_numbered("SubscriptionContract", payload.get("id")) if "revision_id" in payload else None)
    )


def _read_contracts(ctx: Context, shop: Shop, gids: list[str]) -> Reading:
    now, asked_at = ctx.clock.now(), machine_now()
    found = [with_client(ctx, shop.id, lambda client, one=one: _read(ctx, shop, client, one, now)) for one in gids]  # type: ignore[misc]
    return Reading(now, asked_at, contracts=tuple(contract for contract in found if contract))


def _read(ctx: Context, shop: Shop, client: AdminClient, one: str, now: datetime) -> ContractSnapshot | None:
    with ctx.db.session() as session:
        row = mirror.find(session, shop.id, one)
        known = cycle_rows.open_indexes(session, shop.id, row.id) if row else []
    return mirror.fetch(client, one, now, known)


def _is_ours(ctx: Context, shop: Shop, condition: object) -> bool:
    query = select(exists().where(Contract.shop_id == shop.id, condition))  # type: ignore[arg-type]
    with ctx.db.session() as session:
        return bool(session.scalar(query))


def _text(payload: Json, name: str) -> str | None:
    value = payload.get(name)
    return value if isinstance(value, str) and value else None


def _numbered(kind: str, number: object) -> str | None:
    return gid(kind, number) if isinstance(number, int | str) and str(number).isdigit() else None
