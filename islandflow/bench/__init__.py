"""Measurements of the whole product: `manage.py bench ...`. Ratios and verdicts, never tests."""
