"""Statistics of arrays that know nothing of losses: intervals, moments, sketches, concentration."""
