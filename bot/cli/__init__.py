"""The command line: one module for each command, no decisions of its own."""
