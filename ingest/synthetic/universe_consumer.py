"""Consumer and communication names of the universe; columns and source as in `universe_funds`."""

DISCRETIONARY = """
AMZN 225 42 1.90 1.3 Q
TSLA 340 95 3.60 2.0 Q
"""
COMMUNICATION = """
META 740 12 2.10 1.3 Q
GOOGL 200 32 1.80 1.1 Q
NFLX 1200 3.3 2.10 1.2 Q
"""
