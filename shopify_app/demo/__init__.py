"""The whole product on one machine: `bin/demo`, `perennial demo`, and the services the tests borrow.

Called by the command line only. It knows the processes and their environment, and nothing of what they do;
the sandbox is started as a program, never imported.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the demo until Ctrl-C. `argv` without the program's name; returns the exit code."""
    from shopify_app.demo.run import run  # imported late: `embedded` lives in this package and must stay cheap

    return run(argv)
