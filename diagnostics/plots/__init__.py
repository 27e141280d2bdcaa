"""Plots that never touch global settings."""
