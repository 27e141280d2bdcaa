"""Bootstrap, Monte Carlo and grids in seeded chunks."""
