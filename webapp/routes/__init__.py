"""HTTP: authorise, act, answer."""
