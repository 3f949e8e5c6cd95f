"""`perennial doctor`: everything wrong with this set-up at once, each with its fix."""

from __future__ import annotations

from datetime import UTC

from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from shopify_app import wiring
from shopify_app.channels.klaviyo.models import DISCONNECTED, KlaviyoAccount
from shopify_app.commands.processes import settings_problems, settings_with_services
from shopify_app.context import Context
from shopify_app.health import alive, readiness
from shopify_app.kit.clock import ClockUnreachable
from shopify_app.kit.crypto import SecretUnreadable
from shopify_app.shops import host_guard, queries
from shopify_app.shops.models import INSTALLED, Shop

_FIXES = {
    "database": "the database does not answer: is DATABASE_URL right, is the server up?",
    "migrations": "the schema is not the newest: run `perennial migrate`",
    "redis": "Redis does not answer: is REDIS_URL right, is the server up? (Nothing is lost, but all is slower.)",
}

_WITHOUT = {
    alive.WORKER: "charges, webhooks and events are kept and wait for it",
    alive.TICKER: "nobody notices what falls due",
}

_KLAVIYO_FIX = (
    "its Klaviyo key was sealed with a key that ENCRYPTION_KEY lacks: add that key behind the new one, "
    "comma between, or enter the Klaviyo key again"
)


def run_doctor(*, adopt: bool, new_key: bool) -> int:
    """Print what is wrong, or that all is well; exit 1 when anything is."""
    if new_key:
        print(Fernet.generate_key().decode())
        return 0
    found = settings_problems()
    if not found:
        ctx = wiring.build(settings_with_services())
        if adopt:
            print(f"{host_guard.adopt(ctx)} shops adopted by {ctx.settings.host}: billing may go on.")
        found = _service_problems(ctx)
    for line in found:
        print(f"✗ {line}")
    print("All is well." if not found else f"{len(found)} to mend.")
    return 1 if found else 0


def _service_problems(ctx: Context) -> list[str]:
    checks = readiness.check(ctx)
    if not checks["database"]:
        # one of two: nobody could ask for the schema, or there is none yet to ask for
        del checks["migrations" if _is_silent(ctx) else "database"]
    found = [_FIXES[name] for name, well in checks.items() if not well]
    if found:
        return found
    try:
        ctx.clock.fresh()
    except ClockUnreachable as error:
        found.append(f"{error}: start the sandbox or unset CLOCK_URL")
    with ctx.db.session() as session:
        found += [_silence(sign) for sign in alive.silent(session)]
        found += [problem for row in queries.overview(session, ctx.vault) for problem in row.problems()]
    return found + _klaviyo_problems(ctx)


def _silence(sign: alive.Sign) -> str:
    wait, start = _WITHOUT[sign.kind], f"`perennial {sign.kind}`"
    if sign.seen_at is None:
        return f"no {sign.kind} has ever been seen: {wait}; start {start}"
    seen = f"{sign.seen_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"the {sign.kind} has not been seen since {seen}: {wait}; look why it ended or hangs, and start {start}"


def _is_silent(ctx: Context) -> bool:
    try:
        ctx.db.ping()
    except SQLAlchemyError:
        return True
    return False


def _klaviyo_problems(ctx: Context) -> list[str]:
    query = select(Shop.domain, KlaviyoAccount.sealed_key).join(Shop, Shop.id == KlaviyoAccount.shop_id)
    with ctx.db.session() as session:
        kept = query.where(Shop.status == INSTALLED, KlaviyoAccount.state != DISCONNECTED)
        rows = session.execute(kept.order_by(Shop.domain)).all()
    return [f"{domain}: {_KLAVIYO_FIX}" for domain, sealed in rows if not _opens(ctx, sealed)]


def _opens(ctx: Context, sealed: str) -> bool:
    try:
        ctx.vault.open(sealed)
    except SecretUnreadable:
        return False
    return True
