"""Fixtures every test may ask for. An area's own live in `tests/<area>/conftest.py`."""

import functools
import gc
import os
import time

import httpx
import pytest

from tests.support import once
from tests.support.browser import browser, page
from tests.support.services import (
    compiled_statements,
    empty_postgres_url,
    module_postgres_url,
    postgres_server,
    postgres_shelf,
    postgres_template,
    postgres_url,
    redis_database,
    redis_url,
)

__all__ = [
    "browser",
    "compiled_statements",
    "empty_postgres_url",
    "module_postgres_url",
    "page",
    "postgres_server",
    "postgres_shelf",
    "postgres_template",
    "postgres_url",
    "redis_database",
    "redis_url",
]

# Everything here speaks plain HTTP; reading the list of certificates for every new client took a seventh of a run.
_transport = httpx._transports.default
_transport.create_ssl_context = functools.cache(_transport.create_ssl_context)  # type: ignore[attr-defined]
once.share()


def pytest_collection_finish() -> None:
    """Leave what all tests share (half a million objects: modules, tables, schemas) out of every look for garbage.

    The look itself is kept, less often: it took a tenth of a run.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how long all of `bin/test` took, set-up and checks included."""
    began = os.environ.get("PERENNIAL_BEGAN")
    if began:
        terminalreporter.write_line(f"bin/test took {time.time() - float(began):.0f} s in all")
