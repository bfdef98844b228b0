"""Which losses there are: the registry, finding one by a name, and the pages of words."""
