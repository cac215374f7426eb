"""The equity engine: where stock prints stood, and what off-exchange prints are consistent with."""
