"""The words in which a decision's state, its cause's kind and a hold are kept."""

from __future__ import annotations

from shopify_app.kit.speech import N_

HELD = N_("Something in this order is out of stock: nobody is charged before it is decided what happens.")
PROPOSED, TOLD, CHOSEN, DEFAULTED, APPLIED, RELEASED, CLOSED = (
    "proposed",
    "told",
    "chosen",
    "defaulted",
    "applied",
    "released",
    "closed",
)
LOW, OUT, DISCONTINUED = "low", "out", "discontinued"
"""Kinds of causes."""
POLICY = "policy"
"""The actor of what no person asked for."""
