"""How a loss is computed, line by line: the small language of a page's `steps`, read and evaluated."""
