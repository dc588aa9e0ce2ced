"""The domain: values in, values out. No Flask, no SQL, no clock, no randomness, no disk."""
