"""The services that Islandflow brings along: PostgreSQL with TimescaleDB, and Valkey.

Standard library, psycopg and the patchelf program only: this runs before Django can.
"""
