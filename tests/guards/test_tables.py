"""Every table belongs to a shop, and the migrations build exactly what the models say."""

from __future__ import annotations

import re

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from shopify_app import tables
from tests.guards.source import ROOT

WITHOUT_SHOP = {
    "shops": "is the shop",
    "duties": "a periodic duty serves all shops",
    "heartbeats": "a process serves all shops",
    "klaviyo_buckets": "two shops may share an account and its quota",
}
WITHOUT_KEY = {"stock_decisions": "thousands are written at once; privacy/requests.py erases all tables by shop_id"}


def test_every_table_names_its_shop():
    without = {name for name, table in tables.metadata.tables.items() if "shop_id" not in table.columns}
    assert without == set(WITHOUT_SHOP), "a table without shop_id needs a reason in WITHOUT_SHOP"


def test_the_shop_of_a_row_is_never_empty_and_goes_with_the_shop():
    for table in tables.metadata.tables.values():
        if table.name in WITHOUT_SHOP:
            continue
        column = table.columns["shop_id"]
        assert not column.nullable, table.name
        if table.name in WITHOUT_KEY:
            continue
        (key,) = column.foreign_keys
        assert (key.column.table.name, key.ondelete) == ("shops", "CASCADE"), table.name


def test_migrations_build_what_the_models_say(postgres_url):
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        drift = compare_metadata(context, tables.metadata)
    engine.dispose()
    assert drift == []


def test_no_index_or_constraint_name_is_longer_than_postgresql_keeps(postgres_url):
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        inspector = inspect(connection)
        names = [index["name"] for table in inspector.get_table_names() for index in inspector.get_indexes(table)]
    engine.dispose()
    assert names and all(len(name) < 63 for name in names)


def test_migrations_are_numbered_without_a_gap():
    files = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("*.py"))
    numbers = [int(re.match(r"(\d{4})_", name).group(1)) for name in files]
    assert numbers == list(range(1, len(files) + 1))
