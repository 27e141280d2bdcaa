"""The SHA-256 of the descriptor; written by the recipes."""

__all__ = ["DESCRIPTOR"]

DESCRIPTOR = "1cd742797b7c42656f17fcf163644cdeff87e8b7c2d8dda6af7704dab96b9b97"
