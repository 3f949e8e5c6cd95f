"""Named places where a process may die, so that a test can kill it at each of them.

`reach` does nothing in production: nobody arms a point there, and no setting can.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

POINTS = (
    "billing.after_claim",
    "billing.after_gates_before_commit",
    "billing.after_commit_before_call",
    "billing.after_call_before_record",
    "billing.after_record",
    "billing.settling_before_commit",
    "billing.after_settled",
    "dunning.after_look_before_claim",
    "dunning.after_claim_before_charge",
    "dunning.after_final_before_record",
    "channel.after_claim_before_call",
    "channel.after_call_before_record",
    "mail.after_claim_before_call",
    "mail.after_leaving_before_message",
    "mail.after_call_before_record",
    "flow.after_claim_before_call",
    "flow.after_call_before_record",
    "flow.after_intent_before_edit",
    "flow.after_edit_before_record",
    "bulk.after_claim_before_edit",
    "bulk.after_edit_before_record",
    "alignment.after_look_before_call",
    "alignment.after_call_before_look",
    "feed.before_commit",
    "slack.after_claim_before_call",
    "slack.after_call_before_record",
)
"""Every point of the program, in the order a charge meets them."""

_armed: dict[str, Callable[[], None]] = {}


class Killed(BaseException):
    """Stands for the death of the process: no `except Exception` may survive it."""


def reach(name: str) -> None:
    """Do nothing, unless a test armed this point."""
    action = _armed.get(name)
    if action:
        action()


@contextmanager
def armed(name: str, action: Callable[[], None] | None = None) -> Iterator[None]:
    """Make point `name` raise Killed (or run `action`) while the block lasts; KeyError for an unknown name."""
    if name not in POINTS:
        raise KeyError(name)
    _armed[name] = action or _raise
    try:
        yield
    finally:
        del _armed[name]


def die() -> None:
    """End this process at once, as SIGKILL would: no cleanup, no rollback, no flush."""
    os._exit(137)


def _raise() -> None:
    raise Killed
