"""The SHA-256 of the descriptor; written by the recipes."""

__all__ = ["DESCRIPTOR"]

DESCRIPTOR = "cf28a0dedb9dd91c9186109a4986f069c349a1632ededbbeb2c2d4fb5845c0c8"
