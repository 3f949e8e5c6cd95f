"""Charges that no cycle knows of. Another tool may charge a contract without naming a cycle; then only the contract
lists the attempt, and the cycle it paid for stays UNBILLED (community.shopify.dev 26522: it was charged again).

By the schema such a charge is for the cycle that is current when it is made (2026-10, `billingCycleSelector`
"defaults to the current cycle"), so it counts for that one here: every gate sees it among the cycle's attempts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shopify_app.gateways.shopify import attempts as shopify
from shopify_app.gateways.shopify.attempts import AttemptSnapshot, CycleSnapshot
from shopify_app.gateways.shopify.client import AdminClient


def suspects(seen: CycleSnapshot, known: Collection[str]) -> list[AttemptSnapshot]:
    """Return the contract's attempts made during this cycle which neither it nor the ledger (`known` keys) has."""
    listed = {attempt.key for attempt in seen.attempts} | set(known)
    return [one for one in seen.contract_attempts if one.key not in listed and made_during(one, seen)]


def made_during(attempt: AttemptSnapshot, seen: CycleSnapshot) -> bool:
    """Tell whether the cycle was the current one when the attempt was made."""
    if attempt.created_at is None or seen.start_at is None or seen.end_at is None:
        return False
    return seen.start_at <= attempt.created_at <= seen.end_at


def adopt(client: AdminClient, contract_gid: str, seen: CycleSnapshot, known: Collection[str]) -> CycleSnapshot:
    """Return the cycle with the attempts that no cycle names among its own. Asks Shopify only if there may be some.

    One made during this cycle may be for the one before, charged late, or for the next, a day early: their own
    lists are read. Raises ShopifyError.
    """
    if not suspects(seen, known):
        return seen
    seen = shopify.cycle_attempts(client, contract_gid, seen.index)
    around = [shopify.cycle_attempts(client, contract_gid, i) for i in (seen.index - 1, seen.index + 1) if i >= 0]
    elsewhere = {attempt.key for cycle in around for attempt in cycle.attempts}
    return replace(seen, attempts=(*seen.attempts, *suspects(seen, {*known, *elsewhere})))
