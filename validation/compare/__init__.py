"""Two datasets compared: structure, label, records by their keys, and values."""
