"""The live transport: pushes what a page shows, as hints; pages work without it (design, 7)."""
