"""Billing cycles as snapshots, read by a range of dates or of indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shopify_app.gateways.shopify import edited_contracts, payment_methods
from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.contents import Contents
from shopify_app.gateways.shopify.documents import with_fragments
from shopify_app.gateways.shopify.payment_methods import PaymentMethodSnapshot
from shopify_app.gateways.shopify.values import Node, gid_of, known_instant, stamp

PAGE = 50
UNBILLED = "UNBILLED"


@dataclass(frozen=True)
class CycleSnapshot:
    """A SubscriptionBillingCycle as Shopify answered it. The index is Shopify's.

    `contents` is None for an order of what the contract holds. It is read of open cycles only: of others, and
    only of those, `contents_known` may be False.
    """

    index: int
    start_at: datetime
    end_at: datetime
    expected_at: datetime
    status: str
    skipped: bool
    edited: bool
    contents: Contents | None = None
    contents_known: bool = True


@dataclass(frozen=True)
class CyclesRead:
    """What one reading of a date range found. `complete` is False when a page limit cut it short."""

    start: datetime
    until: datetime
    cycles: tuple[CycleSnapshot, ...]
    complete: bool

    def with_more(self, more: Sequence[CycleSnapshot]) -> CyclesRead:
        """Return the same reading with cycles read by index added to it."""
        merged = {cycle.index: cycle for cycle in (*more, *self.cycles)}
        ordered = tuple(merged[index] for index in sorted(merged))
        return CyclesRead(self.start, self.until, ordered, self.complete)


@dataclass(frozen=True)
class CyclesWanted:
    """One contract's part of an aliased query: at most `first` cycles from `start` to `until`."""

    contract_gid: str
    start: datetime
    until: datetime
    first: int


@dataclass(frozen=True)
class Check:
    """A quick look at one contract: has it another revision, whose is it, how is it paid, what are its cycles."""

    revision_id: int
    customer_gid: str | None
    payment_method: PaymentMethodSnapshot | None
    cycles: CyclesRead


def fetch(client: AdminClient, gid: str, start: datetime, until: datetime, patience: float = 5.0) -> CyclesRead:
    """Return all cycles of a contract in the range, page after page. Raises ShopifyError."""
    found: list[CycleSnapshot] = []
    variables = {"id": gid, "from": stamp(start), "until": stamp(until), "first": PAGE, "after": None}
    while True:
        page = client.run("Cycles", variables, patience).data["subscriptionBillingCycles"]
        found.extend(read(node) for node in page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            return _with_contents(client, {gid: CyclesRead(start, until, tuple(found), complete=True)}, patience)[gid]
        variables["after"] = page["pageInfo"]["endCursor"]


def fetch_indexes(client: AdminClient, gid: str, low: int, high: int, patience: float = 5.0) -> list[CycleSnapshot]:
    """Return a contract's cycles with index from `low` to `high`, at most a page. Raises ShopifyError."""
    variables = {"id": gid, "from": low, "until": high, "first": min(high - low + 1, PAGE)}
    page = client.run("CyclesByIndex", variables, patience).data["subscriptionBillingCycles"]
    return _complete(client, [(gid, read(node)) for node in page["nodes"]], patience)


def fetch_many(
    client: AdminClient, wanted: Sequence[CyclesWanted], patience: float = 5.0
) -> tuple[dict[str, CyclesRead], Cost]:
    """Return the cycles of many contracts by one aliased query, and its cost: the sum of `first`.

    SubscriptionContract has no cycles connection and bulk operations cannot read cycles (schema 2026-10), so
    each contract is one alias of `subscriptionBillingCycles`; what edited ones among them hold is asked in
    queries of its own, and the cost is then that of the last. Raises ShopifyError.
    """
    answer = client.run_text(_aliased(wanted), _variables(wanted), name="CyclesOfMany", patience=patience)
    return _with_contents(client, _parts(wanted, answer.data), patience), client.cost


def check_many(
    client: AdminClient, wanted: Sequence[CyclesWanted], patience: float = 5.0
) -> tuple[dict[str, Check], Cost]:
    """Like `fetch_many`, with each contract's revision, customer and payment method: what changes silently.

    A contract that is missing from the answer is gone at Shopify. Costs 5 more a contract. Raises ShopifyError.
    """
    values = {**_variables(wanted), "ids": [want.contract_gid for want in wanted]}
    answer = client.run_text(_aliased(wanted, _STANDING), values, name="CheckOfMany", patience=patience)
    cycles = _with_contents(client, _parts(wanted, answer.data), patience)
    found = {
        node["id"]: Check(
            revision_id=int(node["revisionId"]),
            customer_gid=gid_of(node["customer"]),
            payment_method=payment_methods.read(node["customerPaymentMethod"]),
            cycles=cycles[node["id"]],
        )
        for node in answer.data["standing"]
        if node and node["id"] in cycles
    }
    return found, client.cost


_STANDING = """standing: nodes(ids: $ids) { ... on SubscriptionContract {
  id revisionId customer { id } customerPaymentMethod(showRevoked: true) { ...PaymentMethodFields } } }"""


def _parts(wanted: Sequence[CyclesWanted], data: Node) -> dict[str, CyclesRead]:
    return {
        want.contract_gid: _part(want, data[f"c{number}"])
        for number, want in enumerate(wanted)
        if data.get(f"c{number}")
    }


def _part(want: CyclesWanted, page: Node) -> CyclesRead:
    cycles = tuple(read(node) for node in page["nodes"])
    return CyclesRead(want.start, want.until, cycles, complete=not page["pageInfo"]["hasNextPage"])


def _with_contents(client: AdminClient, reads: dict[str, CyclesRead], patience: float) -> dict[str, CyclesRead]:
    """Add to edited cycles that are still open what they hold; without any, nothing is asked."""
    flat = [(gid, cycle) for gid, read in reads.items() for cycle in read.cycles]
    cycles = iter(_complete(client, flat, patience))
    return {gid: replace(read, cycles=tuple(next(cycles) for _ in read.cycles)) for gid, read in reads.items()}


def _complete(
    client: AdminClient, cycles: Sequence[tuple[str, CycleSnapshot]], patience: float
) -> list[CycleSnapshot]:
    edited = [(gid, cycle.index) for gid, cycle in cycles if cycle.edited and cycle.status == UNBILLED]
    found = edited_contracts.fetch(client, edited, patience)
    return [
        replace(cycle, contents=found[gid, cycle.index], contents_known=True)
        if (gid, cycle.index) in found
        else cycle
        for gid, cycle in cycles
    ]


def _aliased(wanted: Sequence[CyclesWanted], extra: str = "") -> str:
    heads = [f"$i{n}: ID!, $s{n}: DateTime!, $u{n}: DateTime!, $f{n}: Int!" for n in range(len(wanted))]
    parts = [
        f"c{n}: subscriptionBillingCycles(contractId: $i{n}, first: $f{n}, sortKey: CYCLE_INDEX, "
        f"billingCyclesDateRangeSelector: {{startDate: $s{n}, endDate: $u{n}}}) "
        "{ nodes { cycleIndex cycleStartAt cycleEndAt billingAttemptExpectedDate status skipped edited } "
        "pageInfo { hasNextPage } }"
        for n in range(len(wanted))
    ]
    if not extra:
        return f"query CyclesOfMany({', '.join(heads)}) {{\n" + "\n".join(parts) + "\n}"
    head = f"query CheckOfMany($ids: [ID!]!, {', '.join(heads)})"
    return with_fragments(f"{head} {{\n{extra}\n" + "\n".join(parts) + "\n}\n", "CheckOfMany")


def _variables(wanted: Sequence[CyclesWanted]) -> dict[str, object]:
    values: dict[str, object] = {}
    for n, want in enumerate(wanted):
        values |= {f"i{n}": want.contract_gid, f"f{n}": want.first}
        values |= {f"s{n}": stamp(want.start), f"u{n}": stamp(want.until)}
    return values


def read(node: Node) -> CycleSnapshot:
    """Return a snapshot of one cycle node."""
    return CycleSnapshot(
        index=int(node["cycleIndex"]),
        start_at=known_instant(node["cycleStartAt"]),
        end_at=known_instant(node["cycleEndAt"]),
        expected_at=known_instant(node["billingAttemptExpectedDate"]),
        status=node["status"],
        skipped=bool(node["skipped"]),
        edited=bool(node["edited"]),
        contents_known=not node["edited"],
    )


def skip(client: AdminClient, contract_gid: str, index: int) -> None:
    """Skip one cycle. Raises UserErrors when Shopify refuses (its only code is INVALID), else ShopifyError."""
    client.mutate("CycleSkip", {"contract": contract_gid, "index": index}, "subscriptionBillingCycleSkip")


def unskip(client: AdminClient, contract_gid: str, index: int) -> None:
    """Bring a skipped cycle back. Raises like `skip`."""
    client.mutate("CycleUnskip", {"contract": contract_gid, "index": index}, "subscriptionBillingCycleUnskip")


BY_BUYER, BY_MERCHANT, BY_APP = "BUYER_INITIATED", "MERCHANT_INITIATED", "DEV_INITIATED"
"""Who wants a schedule edit (SubscriptionBillingCycleScheduleEditInputScheduleEditReason, schema 2026-10)."""


def move(client: AdminClient, contract_gid: str, index: int, to: datetime, reason: str) -> None:
    """Move one cycle's charge date. Raises UserErrors (SubscriptionBillingCycleErrorCode), else ShopifyError."""
    variables = {"contract": contract_gid, "index": index, "date": stamp(to), "reason": reason}
    client.mutate("CycleMove", variables, "subscriptionBillingCycleScheduleEdit")


def delete_edits(client: AdminClient, contract_gid: str, index: int) -> None:
    """Undo all edits of one cycle, of its date as of its contents. Raises UserErrors (NO_CYCLE_EDITS, …), else
    ShopifyError."""
    client.mutate("CycleEditDelete", {"contract": contract_gid, "index": index}, "subscriptionBillingCycleEditDelete")
