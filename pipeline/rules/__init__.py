"""What pages and medicines look like, as data that can be read and edited; and the code that reads it."""
