from tests.billing.conftest import sandbox_server, till
from tests.support.stories import story

__all__ = ["sandbox_server", "story", "till"]
