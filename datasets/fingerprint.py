"""The SHA-256 of the descriptor; written by the recipes."""

__all__ = ["DESCRIPTOR"]

DESCRIPTOR = "e5985002632fd371a1f7114ca9a045bc794f7623490cb81cc5386e5f11ef32eb"
