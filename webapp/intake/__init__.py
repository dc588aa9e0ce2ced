"""Files that come in from outside: areas, households, cases, and the demo town."""
