"""The command ``quesnay``, also as ``python -m quesnay``: Ctrl-C is one line at any moment."""

import os
import signal
import sys
from types import FrameType


def start() -> int:
    """Run the command line of this process; heavy modules load only after Ctrl-C is watched."""
    # a shell that started this in the background has Ctrl-C ignored, and that stays
    watched = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if watched:
        signal.signal(signal.SIGINT, _interrupted)
    from quesnay.cli import main

    status = main()
    if watched:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done; only the interpreter ends
    return status


def _interrupted(number: int, frame: FrameType | None) -> None:
    """Leave at once while a module loads, for its loader could swallow or disguise an exception."""
    while frame is not None:
        if frame.f_globals.get("__name__") == "importlib._bootstrap":
            try:
                os.write(2, b"quesnay: interrupted\n")
            finally:  # also where nobody listens on standard error
                os._exit(130)
        frame = frame.f_back
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(start())
