from tests.support.stories import story

__all__ = ["story"]
