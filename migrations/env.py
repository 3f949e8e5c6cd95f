"""Alembic's entry: online only, one lock so that two deployments do not migrate at once."""

from alembic import context
from sqlalchemy import create_engine, text

from shopify_app import tables
from shopify_app.kit.db import advisory_key

config = context.config
url = config.attributes.get("url") or config.get_main_option("sqlalchemy.url")


def include_object(thing, name, kind, reflected, compare_to):  # type: ignore[no-untyped-def]
    only = config.attributes.get("only")
    table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", None)
    return only is None or table is None or table in only


engine = create_engine(url)
with engine.connect() as connection:
    # A blocked ALTER must give up rather than queue every query of the app behind it.
    connection.execute(text("set lock_timeout = '15s'"))
    connection.execute(text("select pg_advisory_lock(:key)"), {"key": advisory_key("perennial", "migrate")})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        include_object=include_object,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("select pg_advisory_unlock(:key)"), {"key": advisory_key("perennial", "migrate")})
    connection.commit()
engine.dispose()
