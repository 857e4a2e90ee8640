"""The commands: options in, one library call, echo out."""
