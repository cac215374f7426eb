"""Mutation testing: do the tests notice when the engine is changed by one operator or number?

The changes are made and tried by mutmut, in a copy of its own. A tool of development only.
"""
