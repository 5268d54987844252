"""The command line: each command parses, calls one importable function, and prints."""
