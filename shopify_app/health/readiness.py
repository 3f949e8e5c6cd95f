"""Can this process do its work: database, schema, Redis."""

from __future__ import annotations

from functools import cache

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shopify_app.context import Context
from shopify_app.kit import migrate


def check(ctx: Context) -> dict[str, bool]:
    """Return name → well. The schema is well when the database is on the newest migration the code knows.

    Whether a worker lives is no part of it: a web that keeps webhooks and shows pages is ready, and taking it out of
    its proxy because a worker died would lose what it could have kept. `perennial doctor` and /metrics tell that.
    """
    revision = _revision(ctx)
    return {
        "database": revision is not None,
        "migrations": revision == _head(),
        "redis": ctx.wakeups.ping(),
    }


def _revision(ctx: Context) -> str | None:
    try:
        with ctx.db.session() as session:
            return session.scalar(text("select version_num from alembic_version")) or ""
    except SQLAlchemyError:
        return None


@cache
def _head() -> str:
    return migrate.head()
