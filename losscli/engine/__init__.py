"""Folds batches through losses into mergeable partial results, in one pass for many losses."""
