"""Tests and diagnostic tables of a regression."""
