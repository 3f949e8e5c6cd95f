"""Cheap questions about all contracts at once: who is there at which revision, and which cycles Shopify calls due.

A bulk search is a job: asked for, run by Shopify in its own time, its results read page by page (schema 2026-10).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.errors import ServerFault
from shopify_app.gateways.shopify.values import stamp

PAGE = 250
RESULTS = 100


@dataclass(frozen=True)
class Standing:
    """A contract's status and revision."""

    gid: str
    status: str
    revision_id: int


@dataclass(frozen=True)
class DueCycle:
    """An unbilled cycle of an active contract, as Shopify has it when it is read."""

    contract_gid: str
    index: int
    status: str
    skipped: bool


@dataclass(frozen=True)
class DuePage:
    """One page of a search's results; `done` is False while Shopify still searches, and nothing is known yet."""

    done: bool
    cycles: tuple[DueCycle, ...] = ()
    cursor: str | None = None
    cost: Cost = field(default_factory=Cost)


def standings(client: AdminClient, after: str | None = None) -> tuple[list[Standing], str | None, Cost]:
    """Return a page of contracts in the order of their ids, for one point each, and the cursor behind it."""
    answer = client.run("ContractStandings", {"first": PAGE, "after": after}, patience=5)
    page = answer.data["subscriptionContracts"]
    found = [Standing(node["id"], node["status"], int(node["revisionId"])) for node in page["nodes"]]
    return found, page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None, answer.cost


def search_due(client: AdminClient, start: datetime, end: datetime) -> str:
    """Ask for the unbilled cycles of active contracts expected in a range of at most a week; returns the job's id.

    Raises UserErrors for a range that Shopify refuses, and ShopifyError.
    """
    dates = {"startDate": stamp(start), "endDate": stamp(end)}
    payload = client.mutate("DueSearch", {"range": dates}, "subscriptionBillingCycleBulkSearch")
    if not payload.get("job"):
        raise ServerFault("DueSearch: neither a job nor an error")
    return str(payload["job"]["id"])


def due_results(client: AdminClient, job: str, after: str | None = None) -> DuePage:
    """Return a page of what a search found. Raises ShopifyError; BadRequest when Shopify forgot the job."""
    answer = client.run("DueResults", {"job": job, "first": RESULTS, "after": after}, patience=5)
    if not (answer.data.get("job") or {}).get("done"):
        return DuePage(done=False, cost=answer.cost)
    page = answer.data["subscriptionBillingCycleBulkResults"]
    cycles = tuple(
        DueCycle(node["sourceContract"]["id"], int(node["cycleIndex"]), node["status"], bool(node["skipped"]))
        for node in page["nodes"]
    )
    info = page["pageInfo"]
    return DuePage(True, cycles, info["endCursor"] if info["hasNextPage"] else None, answer.cost)
