"""The fault rig: kills the real workers at seeded times and proves that nothing was lost.

`bin/manage faults --seed N --kills 200` prints its verdict line; the suite runs a short form.
"""
