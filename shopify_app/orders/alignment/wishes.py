"""What may be wished for a paid order: how it is seen to be true, what stands in its way, how Shopify is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from shopify_app.edits.contract.address import is_same
from shopify_app.gateways.shopify import fulfillment_orders, order_edits
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.order_edits import (
    CANCELLED,
    CLOSED,
    HOLDABLE,
    IN_PROGRESS,
    SCHEDULED,
    OrderToShip,
    Shipment,
)
from shopify_app.gateways.shopify.values import known_instant
from shopify_app.kit.db import Json


class Why(StrEnum):
    """Why an order cannot be brought into line by Perennial."""

    SHIPPED = "shipped"
    PACKING = "packing"
    SHARED = "shared"
    TOO_LARGE = "too_large"
    HIDDEN = "hidden"
    NOT_ROUTED = "not_routed"
    STARTED = "started"
    GONE = "gone"
    NOT_GRANTED = "not_granted"
    REFUSED = "refused"
    NO_HOLD = "no_hold"
    UNSEEN = "unseen"
    SILENT = "silent"
    OTHER_VERSION = "other_version"


NOTE = "Changed by Perennial, as it was asked for on the subscription."


class Wish(ABC):
    """A frozen dataclass of plain JSON, which a row keeps by `name`. `done_kind`: the fact told when it is true.

    `hold_reason` and `hold_notes` are read by staff in Shopify while the order is held; no reason where nothing needs
    to be held, as it cannot be shipped yet.
    """

    name: ClassVar[str]
    done_kind: ClassVar[str]
    hold_reason: ClassVar[str | None] = "OTHER"
    hold_notes: ClassVar[str] = "Perennial is changing this order and releases it itself within minutes."

    @abstractmethod
    def is_true(self, seen: OrderToShip) -> bool:
        """Answer whether the order, as read at Shopify, is as wished."""

    def why_not(self, seen: OrderToShip, contract_gid: str) -> Why | None:
        """Return what stands in its way, None when nothing does."""
        if not seen.is_whole:
            return Why.TOO_LARGE
        if not seen.shipments:
            return Why.NOT_ROUTED
        states = {shipment.status for shipment in seen.shipments}
        if not states & {*HOLDABLE, SCHEDULED, IN_PROGRESS}:
            return Why.SHIPPED
        return Why.PACKING if IN_PROGRESS in states else None

    @abstractmethod
    def send(self, client: AdminClient, seen: OrderToShip) -> None:
        """Ask Shopify; may be asked again. Raises ShopifyError."""


@dataclass(frozen=True)
class NewAddress(Wish):
    """All that is still to be shipped of the order goes elsewhere. `address` has the words of an address."""

    address: Mapping[str, str | None]

    name: ClassVar[str] = "address"
    done_kind: ClassVar[str] = "order.address_changed"
    hold_reason: ClassVar[str | None] = "INCORRECT_ADDRESS"

    def is_true(self, seen: OrderToShip) -> bool:
        return is_same(dict(self.address), seen.address)

    def why_not(self, seen: OrderToShip, contract_gid: str) -> Why | None:
        others = {line.contract_gid for line in seen.lines if line.requires_shipping and line.quantity}
        if others - {contract_gid, None}:
            return Why.SHARED
        if seen.address is None or not any(seen.address.values()):
            return Why.HIDDEN
        return super().why_not(seen, contract_gid)

    def send(self, client: AdminClient, seen: OrderToShip) -> None:
        order_edits.set_address(client, seen.gid, self.address)


@dataclass(frozen=True)
class NewQuantities(Wish):
    """The order holds so many of each of these variants (gid → units); of all others what it holds already."""

    variants: Mapping[str, int]

    name: ClassVar[str] = "items"
    done_kind: ClassVar[str] = "order.items_changed"

    def is_true(self, seen: OrderToShip) -> bool:
        held = held_of(seen)
        return all(held[gid] == quantity for gid, quantity in self.variants.items())

    def why_not(self, seen: OrderToShip, contract_gid: str) -> Why | None:
        shared = {line.variant_gid for line in seen.lines if line.contract_gid not in (contract_gid, None)}
        if shared & set(self.variants):
            return Why.SHARED
        found = super().why_not(seen, contract_gid)
        is_begun = any(shipment.status in (CLOSED, CANCELLED) for shipment in seen.shipments)
        return found or (Why.STARTED if is_begun else None)

    def send(self, client: AdminClient, seen: OrderToShip) -> None:
        order_edits.set_quantities(client, seen.gid, self.variants, NOTE)


@dataclass(frozen=True)
class NewDay(Wish):
    """One delivery of a prepaid order opens on another instant (ISO 8601). `shipment`: its fulfillment order."""

    shipment: str
    at: str

    name: ClassVar[str] = "day"
    done_kind: ClassVar[str] = "order.rescheduled"
    hold_reason: ClassVar[str | None] = None

    def is_true(self, seen: OrderToShip) -> bool:
        found = self._mine(seen)
        return found is not None and found.status == SCHEDULED and found.fulfill_at == known_instant(self.at)

    def why_not(self, seen: OrderToShip, contract_gid: str) -> Why | None:
        found = self._mine(seen)
        if found is None or found.status == CANCELLED:
            return Why.GONE
        if found.status in (CLOSED, IN_PROGRESS):
            return Why.SHIPPED if found.status == CLOSED else Why.PACKING
        return None if found.status == SCHEDULED else Why.STARTED

    def send(self, client: AdminClient, seen: OrderToShip) -> None:
        fulfillment_orders.reschedule(client, self.shipment, datetime.fromisoformat(self.at))

    def _mine(self, seen: OrderToShip) -> Shipment | None:
        return next((shipment for shipment in seen.shipments if shipment.gid == self.shipment), None)


WISHES: dict[str, type[Wish]] = {each.name: each for each in (NewAddress, NewQuantities, NewDay)}


def parse(kind: str, wish: Json) -> Wish:
    """Return the wish that a row keeps. Raises KeyError or TypeError for one that another version wrote."""
    return WISHES[kind](**wish)


def held_of(seen: OrderToShip) -> Counter[str]:
    """Return how many units of each variant an order holds."""
    held: Counter[str] = Counter()
    for line in seen.lines:
        if line.variant_gid:
            held[line.variant_gid] += line.quantity
    return held
