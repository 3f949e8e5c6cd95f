"""The services a deployment has and a laptop has not: PostgreSQL and Valkey, kept under one state folder.

Used by `bin/demo`, by the tests, and by any `perennial` command that finds no `DATABASE_URL` or `REDIS_URL`.
Importing this starts nothing.
"""

from shopify_app.demo.postgres import PostgresFailed, ensure_postgres, remove_postgres, stop_postgres
from shopify_app.demo.valkey import ValkeyFailed, ensure_valkey, remove_valkey, stop_valkey

EmbeddedFailed = (PostgresFailed, ValkeyFailed)

__all__ = [
    "EmbeddedFailed",
    "PostgresFailed",
    "ValkeyFailed",
    "ensure_postgres",
    "ensure_valkey",
    "remove_postgres",
    "remove_valkey",
    "stop_postgres",
    "stop_valkey",
]
