"""Rule classifiers: one rule and its parameters per file; `registry` lists them."""
