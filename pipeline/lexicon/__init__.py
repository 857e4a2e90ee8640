"""Names as tables, the matcher over them, and what is told of a name."""
