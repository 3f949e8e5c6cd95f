"""What each `perennial` command does, one module per kind; imported late so that `--help` stays quick.

No function here is named like a module of this package: importing the module would replace it.
"""

from __future__ import annotations

import argparse


def demo(arguments: argparse.Namespace) -> int:
    """Start the sandbox and the whole app on embedded services."""
    from shopify_app import demo

    return demo.main(arguments.rest)


def migrate(arguments: argparse.Namespace) -> int:
    """Bring the database to the newest schema."""
    from shopify_app.commands.processes import run_migrations

    return run_migrations()


def web(arguments: argparse.Namespace) -> int:
    """Serve HTTP until stopped."""
    from shopify_app.commands.processes import run_web

    return run_web()


def worker(arguments: argparse.Namespace) -> int:
    """Work off what waits until stopped."""
    from shopify_app.commands.processes import run_worker

    return run_worker(burst=arguments.burst)


def ticker(arguments: argparse.Namespace) -> int:
    """Run what the clock sets in motion until stopped."""
    from shopify_app.commands.processes import run_ticker

    return run_ticker()


def one_pass(arguments: argparse.Namespace) -> int:
    """One inline pass of everything due."""
    from shopify_app.commands.tick import run_tick

    return run_tick(arguments)


def reconcile(arguments: argparse.Namespace) -> int:
    """Compare our rows with Shopify and repair them."""
    from shopify_app.commands.care import run_reconcile

    return run_reconcile(arguments.shop)


def klaviyo_connect(arguments: argparse.Namespace) -> int:
    """Connect one shop to Klaviyo."""
    from shopify_app.commands.care import run_klaviyo_connect

    return run_klaviyo_connect(arguments.shop, arguments.key)


def shops(arguments: argparse.Namespace) -> int:
    """List who is installed and how they are."""
    from shopify_app.commands.care import run_shops

    return run_shops()


def examine(arguments: argparse.Namespace) -> int:
    """Say what is wrong with this set-up, with the fix."""
    from shopify_app.commands.doctor import run_doctor

    return run_doctor(adopt=arguments.adopt, new_key=arguments.new_key)


def flow_extensions(arguments: argparse.Namespace) -> int:
    """Write the extensions for Shopify Flow."""
    from shopify_app.commands.extensions import run_extensions

    return run_extensions(only_check=arguments.check)
