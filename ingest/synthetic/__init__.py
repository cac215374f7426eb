"""A market in a box: one seeded, pure generator of everything that a feed could bring.

    universe, calendar ---> paths, surfaces ---+
                                               +---> quotes and prints, priced ---> one wire order
    background flow, scenes ---> steps --------+

Every value follows from (seed, control, instant) by counters and by arithmetic that all machines do
alike: no clock, no random state, no libm. Adapters pace and publish; labels never leave sidecars.
"""
