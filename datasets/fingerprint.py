"""The SHA-256 of the descriptor; written by the recipes."""

__all__ = ["DESCRIPTOR"]

DESCRIPTOR = "ce0e9cbf79136244d08ca128980ee90be38dc9df132d87133712770c43f7c44b"
