"""Technology of the universe; columns and source as in `universe_funds`."""

TECHNOLOGY = """
AAPL 230 55 1.70 1.15 Q
MSFT 510 21 1.45 1.0 Q
NVDA 178 190 2.70 1.8 Q
AVGO 300 22 2.70 1.6 Q
AMD 165 45 3.00 1.8 Q
"""
