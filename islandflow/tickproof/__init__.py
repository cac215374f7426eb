"""Real ticks through the whole road, against a computation that shares no code with it.

`bin/manage prove_equities --data FOLDER` prints its verdict line; the suite runs five minutes.
"""
