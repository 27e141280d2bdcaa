"""The SHA-256 of the descriptor; written by the recipes."""

__all__ = ["DESCRIPTOR"]

DESCRIPTOR = "0bae58da4b149c12dedd1bdb777919388bd7e4f24185c009237be866f3340c75"
