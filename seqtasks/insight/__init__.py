"""What a finished network does inside: its gates and cells, the cells that follow a label, and which words its answers hang on; as data."""
