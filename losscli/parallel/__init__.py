"""Where chunks are worked on: threads, forked processes, a Dask cluster."""
