"""The command line: a file a command, shared options, one error boundary.

What Typer reads (compute, compare, the shell's completions) does without `from __future__ import
annotations`: as text it would compile each of them twice, at every start.
"""
