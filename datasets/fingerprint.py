"""The SHA-256 of the descriptor; written by the recipes."""

__all__ = ["DESCRIPTOR"]

DESCRIPTOR = "9476cd7aba87e26ee33e9f9b82b3870016e10ce4c4dc6d8262819d9ea73d0585"
