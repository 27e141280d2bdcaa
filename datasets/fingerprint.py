"""The SHA-256 of the descriptor; written by the recipes."""

__all__ = ["DESCRIPTOR"]

DESCRIPTOR = "7265c57dc09dfb07b964d83872f13ae1045f902b4b79bee65b9cf2b6074f64da"
