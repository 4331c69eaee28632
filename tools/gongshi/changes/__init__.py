"""The changes room: three-way merge by record and field, semantic diff of two Trees, field history over revisions.

Each module is imported by its own name: a diff of two files takes less time than importing the history.
"""
