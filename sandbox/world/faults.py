"""What is made to go wrong. Every knob is JSON, set over ``/_control/faults`` or in process.

Knobs marked *harder case* decide a doubt about Shopify: True is the reading that asks more of the app, and is
the default, because an app that copes with it copes with the other one too.
"""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

from sandbox.world.store import Store

DEFAULTS: dict[str, Any] = {
    "webhooks": {
        "loss": 0.0,  # probability that a delivery is never sent
        "duplicate": 0.0,  # probability that it is sent twice
        "shuffle": 0.0,  # probability that it is sent in a random order with the others waiting
        "delay_ms": 0,  # machine time before the first try
    },
    "tokens": {"lifetime_s": 3600},  # Shopify: expires_in 3600 for expiring offline tokens
    # per operation name, or "*": {"status": 503, "probability": 1, "times": 2} | {"hang_s": 30} |
    # {"reset": "before"|"after"}; "after" means that the request was carried out and its answer lost
    "graphql": {},
    "throttle": {"restore_rate": 100, "bucket": 2000},  # Standard plan; the bucket is 20 x (unverified)
    "billing_attempts_per_minute": None,  # the billing limiter, apart from query cost; None is off
    "settle": {"delay_ms": 300, "manual": False},  # machine time until an attempt's outcome is known
    "outcomes": {},  # per payment method id, or "*": "settle", "challenged", or an error code
    # after a card update Shopify's own retry opens and bills a new cycle, and leaves the failed one open
    "card_update_bills_a_new_cycle": False,
    "harder": {
        "attempt_payload_without_id": True,  # webhook samples carry null ids
        "cycle_change_is_silent": True,  # skip / move does not touch the contract's updatedAt or revision
        "set_next_billing_date_is_silent": True,  # no subscription_contracts/update for it
        "next_billing_date_stays": True,  # a settled attempt does not move nextBillingDate
        "attempt_without_selector_names_no_cycle": True,  # it is charged, and its cycle stays UNBILLED
        "bill_twice": True,  # a new key on a billed cycle charges again
        "delivery_options_are_pending": True,  # a draft's deliveryOptions are null when asked for the first time
        "missing_customer_data": True,  # one customer in ten without mail, name and address
    },
}


class FaultError(ValueError):
    """An unknown knob, or a value of the wrong shape."""


class Faults:
    """The knobs, and the seeded dice that decide."""

    def __init__(self, store: Store, seed: int = 7) -> None:
        self._rows = store.collection("faults")
        self.seed = seed
        self.dice = Random(seed)
        if "faults" not in self._rows:
            self.reset()
        self._learn_new_knobs()

    def reset(self) -> None:
        """Everything works again."""
        self.dice = Random(self.seed)
        self._rows.put({"id": "faults", **deepcopy(DEFAULTS)})

    def _learn_new_knobs(self) -> None:
        """A world kept on disk may be older than a knob: it gets the default."""
        row = self._rows["faults"]
        for name, default in deepcopy(DEFAULTS).items():
            row[name] = (
                {**default, **row[name]} if name in row and isinstance(default, dict) else row.get(name, default)
            )
        self._rows.put(row)

    def all(self) -> dict[str, Any]:
        """A copy of every knob."""
        return {k: deepcopy(v) for k, v in self._rows["faults"].items() if k != "id"}

    def __getitem__(self, name: str) -> Any:
        return self._rows["faults"][name]

    def harder(self, name: str) -> bool:
        """Is this harder case on?"""
        return bool(self["harder"][name])

    def set(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Merge changes into the knobs; raises FaultError for a name that is not one of them."""
        row = self._rows["faults"]
        for name, value in changes.items():
            _check(name, value)
        for name, value in changes.items():
            row[name] = {**row[name], **value} if isinstance(row[name], dict) else value
        self._rows.put(row)
        return self.all()

    def clear(self, name: str) -> None:
        """Put one knob back to its default."""
        row = self._rows["faults"]
        row[name] = deepcopy(DEFAULTS[name])
        self._rows.put(row)

    def happens(self, probability: float) -> bool:
        """Throw the dice."""
        return probability > 0 and self.dice.random() < probability


def _check(name: str, value: Any) -> None:
    if name not in DEFAULTS:
        raise FaultError(f"there is no knob {name!r}; there are {', '.join(sorted(DEFAULTS))}")
    default = DEFAULTS[name]
    if isinstance(default, dict):
        if not isinstance(value, dict):
            raise FaultError(f"{name} takes an object")
        unknown = set(value) - set(default)
        if default and unknown:
            raise FaultError(f"{name} has no {sorted(unknown)}; it has {sorted(default)}")
