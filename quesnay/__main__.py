"""``python -m quesnay`` is the command line."""

import sys

from quesnay.cli import main

sys.exit(main())
