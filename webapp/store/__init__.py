"""The only room that knows SQL or the disk."""
