"""Fixtures every test may ask for. An area's own live in `tests/<area>/conftest.py`."""

import functools
import os
import time

import httpx
import pytest

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how long all of `bin/test` took, set-up and checks included."""
    began = os.environ.get("PERENNIAL_BEGAN")
    if began:
        terminalreporter.write_line(f"bin/test took {time.time() - float(began):.0f} s in all")
