"""Tests of what a regression assumes, and what single observations do to it: arrays only."""
