"""The satellite account: core, potential, penetration, employment, identities."""
