"""The catalogue of scenarios."""
