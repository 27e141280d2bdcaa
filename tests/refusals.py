"""What the tests of malformed inputs share."""

from collections.abc import Callable

import pytest

from quesnay.fitting.errors import QuesnayError


def refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(QuesnayError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def flip(data: bytes, place: int) -> bytes:
    """Return the bytes with one bit turned."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
