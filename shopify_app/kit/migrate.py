"""Brings a database to the newest schema; safe to run twice and beside running processes."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Run every missing migration on the database at `url` (postgresql+psycopg://…)."""
    command.upgrade(_config(url), "head")


def head() -> str:
    """Return the newest revision the code knows."""
    return ScriptDirectory(str(FOLDER)).get_current_head() or ""


def current(url: str) -> str:
    """Return the revision the database at `url` is on, or an empty string."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""
    finally:
        engine.dispose()
