"""Property tests try the same inputs everywhere: a failure in one place is a failure in all."""

import gc

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")


def pytest_collection_finish() -> None:
    """Keep thousands of tests out of every search for garbage."""
    gc.freeze()
