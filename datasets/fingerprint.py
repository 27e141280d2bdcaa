"""The SHA-256 of the descriptor; written by the recipes."""

__all__ = ["DESCRIPTOR"]

DESCRIPTOR = "7b7e4c694bd0ce01164ef88ee15b8191ce8d6b6d21b0818ab2cc97a6224640ed"
