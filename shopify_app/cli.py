"""The `perennial` command: every way a person or a supervisor starts something."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from shopify_app.config import BadSetting

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 well, 1 failed, 2 bad input, 3 something was parked."""
    arguments = _parser().parse_args(argv)
    try:
        run: Command = arguments.run
        return run(arguments)
    except BadSetting as error:
        print(f"perennial: {error}", file=sys.stderr)
        return 2
    except Exception as error:
        # imported late: what stands behind it is large, and --help is quick
        from shopify_app.commands import unreachable

        words = unreachable.words(error)
        if words is None:
            raise
        print(f"perennial: {words}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    from shopify_app import commands

    parser = argparse.ArgumentParser(prog="perennial", description="Subscriptions for Shopify.")
    add = parser.add_subparsers(required=True, metavar="command").add_parser

    demo = add("demo", help="the sandbox and the whole app on embedded services; Ctrl-C stops all")
    demo.add_argument("rest", nargs=argparse.REMAINDER)
    demo.set_defaults(run=commands.demo)

    add("migrate", help="bring the database to the newest schema").set_defaults(run=commands.migrate)
    add("web", help="serve HTTP").set_defaults(run=commands.web)
    worker = add("worker", help="work off what waits")
    worker.add_argument("--burst", action="store_true", help="stop when the queues are empty")
    worker.set_defaults(run=commands.worker)
    add("ticker", help="run what the clock sets in motion").set_defaults(run=commands.ticker)

    tick = add("tick", help="one pass of everything due, inline, then a table of what was done")
    tick.add_argument("--as-of", metavar="INSTANT", help="business time, e.g. 2026-12-01T09:00:00Z")
    tick.add_argument("--shop", metavar="DOMAIN", help="only this shop")
    tick.add_argument("--only", metavar="DUTY", action="append", default=[], help="only this duty or drain")
    tick.add_argument("--dry-run", action="store_true", help="say what would run, change nothing")
    tick.set_defaults(run=commands.one_pass)

    reconcile = add("reconcile", help="compare our rows with Shopify and repair them")
    reconcile.add_argument("--shop", metavar="DOMAIN")
    reconcile.set_defaults(run=commands.reconcile)

    klaviyo = add("klaviyo", help="a shop's Klaviyo connection").add_subparsers(required=True, metavar="action")
    connect = klaviyo.add_parser("connect", help="connect one shop")
    connect.add_argument("--shop", required=True, metavar="DOMAIN")
    connect.add_argument("--key", required=True, metavar="pk_…")
    connect.set_defaults(run=commands.klaviyo_connect)

    made = add("extensions", help="write the extensions for Shopify Flow, and where the account's finds the app")
    made.add_argument("--check", action="store_true", help="write nothing, say what differs")
    made.set_defaults(run=commands.flow_extensions)

    add("shops", help="who is installed and how they are").set_defaults(run=commands.shops)
    doctor = add("doctor", help="what is wrong with this set-up, with the fix")
    doctor.add_argument("--adopt", action="store_true", help="this HOST is the right one: let shops be billed again")
    doctor.add_argument("--new-key", action="store_true", help="print a fresh ENCRYPTION_KEY")
    doctor.set_defaults(run=commands.examine)
    return parser


if __name__ == "__main__":
    sys.exit(main())
