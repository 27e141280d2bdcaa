"""The SHA-256 of the descriptor; written by the recipes."""

__all__ = ["DESCRIPTOR"]

DESCRIPTOR = "00fef9a4ed65634da1c31e399a76790dc95694ebada2666acc5b27e42879a2a9"
