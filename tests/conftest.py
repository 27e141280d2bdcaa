"""Property tests try the same inputs everywhere: a failure in one place is a failure in all."""

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")
