"""Input-output tables and everything that is computed from one."""
