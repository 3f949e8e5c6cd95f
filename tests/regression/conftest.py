"""A till for what concerns money, an admin for what concerns pages."""

from tests.billing.conftest import sandbox_server, till
from tests.web.conftest import admin, app, context

__all__ = ["admin", "app", "context", "sandbox_server", "till"]
