"""Commands a person types about shops: list them, reconcile them, connect Klaviyo."""

from __future__ import annotations

import sys
from dataclasses import replace

from shopify_app import wiring
from shopify_app.channels.klaviyo import connect
from shopify_app.commands.processes import settings_with_services
from shopify_app.context import Context
from shopify_app.gateways.klaviyo.errors import KlaviyoError
from shopify_app.insights import full
from shopify_app.shops import queries
from shopify_app.shops.models import Shop


def run_shops() -> int:
    """Print a line per shop: domain, status, zone, token, billing."""
    ctx = _context()
    with ctx.db.session() as session:
        rows = queries.overview(session, ctx.vault)
    if not rows:
        print("No shop has installed the app yet.")
    for row in rows:
        print(row.line())
    return 0


def run_reconcile(domain: str | None) -> int:
    """Compare one shop's rows (or all shops') with Shopify, repair, and print the drift found."""
    ctx = _context()
    if domain:
        shop = _find(ctx, domain)
        if shop is None:
            return _refuse(f"no installed shop {domain}")
        ctx = replace(ctx, only_shop_id=shop.id)
    for line in full.run(ctx):
        print(line)
    return 0


def run_klaviyo_connect(domain: str, key: str) -> int:
    """Check a private key with Klaviyo, name its account, keep it encrypted."""
    ctx = _context()
    shop = _find(ctx, domain)
    if shop is None:
        return _refuse(f"no installed shop {domain}")
    try:
        account = connect.connect(ctx, shop.id, key)
    except (connect.KeyMalformed, connect.AnotherAccount, KlaviyoError) as error:
        return _refuse(str(error))
    print(f"{domain} now sends its events to the Klaviyo account {account.account_name} ({account.account_id}).")
    return 0


def _context() -> Context:
    return wiring.build(settings_with_services(), inline=True)


def _find(ctx: Context, domain: str) -> Shop | None:
    with ctx.db.session() as session:
        shop = queries.by_domain(session, domain)
    return shop if shop and shop.is_installed else None


def _refuse(problem: str) -> int:
    print(f"perennial: {problem}", file=sys.stderr)
    return 2
