"""A worker that only records, renders and sends: a process of its own, so that it can be killed."""

from __future__ import annotations

import os

from shopify_app import wiring
from shopify_app.config import read
from shopify_app.context import Context
from shopify_app.inline import run_until_idle

DRAINS = frozenset({"notices", "klaviyo"})


def run(ctx: Context) -> None:
    """Work until nothing waits that can be done now."""
    report = run_until_idle(ctx, DRAINS)
    assert not report.errors, report.errors


if __name__ == "__main__":
    run(wiring.build(read(os.environ), inline=True))
