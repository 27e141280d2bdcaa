"""The SHA-256 of the descriptor; written by the recipes."""

__all__ = ["DESCRIPTOR"]

DESCRIPTOR = "32b03ef6bc5e085fd025559da0f94b9877d75e858a4af48321edad63b28f6ee1"
