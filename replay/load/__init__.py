"""Rows for `manage.py admin_load`: many, plausible, the same every time. No market data."""
