"""Input-output algebra and balancing, on arrays."""
