"""What the tests of malformed inputs share."""

from collections.abc import Callable

import pytest

from quesnay.fitting.errors import DataError


def refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def flip(data: bytes, place: int) -> bytes:
    """Return the bytes with one bit turned."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
