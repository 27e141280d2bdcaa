"""The SHA-256 of the descriptor; written by the recipes."""

__all__ = ["DESCRIPTOR"]

DESCRIPTOR = "a8b4e4ef74841af42c438f6bb5e39916e1d268e6bd26f828cac2b4cac684fdd7"
