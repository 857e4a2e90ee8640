"""What the labeller of blocks is made of: rules, structure, titles, stubs."""
