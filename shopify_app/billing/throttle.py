"""Spreading charges inside a shop's bucket of points (Shopify docs, API limits): rest before it is empty.

A mutation that the bucket refuses has cost a look already, and its attempt would have to be looked up again.
"""

from __future__ import annotations

from shopify_app.gateways.shopify.client import Cost

MUTATION = 20
"""Points that asking for one charge may reserve, generously."""
CHARGE = 13 + MUTATION
BURST = 15
"""Charges the bucket should hold before a rest is over, so that the look thrown away by a rest is a small share."""
SHORT = 10.0
"""Seconds of machine time; a shop that rests no longer keeps its claims out of others' hands only in this drain."""


def rest_of(cost: Cost) -> float:
    """Return for how many seconds a shop should rest before it is asked to charge; 0.0 when it need not.

    `cost`: of the look just taken. The bucket must still hold the mutation.
    """
    if cost.available >= MUTATION:
        return 0.0
    wanted = min(BURST * CHARGE, cost.maximum)
    return (wanted - cost.available) / cost.restore_rate
