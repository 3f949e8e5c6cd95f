"""The shops feature's sandbox and Context serve here too."""

from tests.shops.conftest import ctx, installed, sandbox, sandbox_server

__all__ = ["ctx", "installed", "sandbox", "sandbox_server"]
