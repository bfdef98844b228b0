"""The command line: a file a command, shared options, one error boundary."""
