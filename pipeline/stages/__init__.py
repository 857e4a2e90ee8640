"""The stages: one file each, `Document -> Document`, named like its file."""
