"""Reading and writing reference tables: files in, look-ups as of an instant out.

What a row means stands in `flow.domain`; what ingest needs of the tables reads `flow.storage`.
"""
