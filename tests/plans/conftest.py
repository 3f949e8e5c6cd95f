from tests.billing.conftest import sandbox_server, till

__all__ = ["sandbox_server", "till"]
