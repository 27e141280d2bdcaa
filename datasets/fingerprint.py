"""The SHA-256 of the descriptor; written by the recipes."""

__all__ = ["DESCRIPTOR"]

DESCRIPTOR = "cbb948b7b736f70c8200de6136be8991560e235f0b199c2b22d692586025f517"
