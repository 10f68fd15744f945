"""When: the moment of each delivery, out of what waits, an account's rhythm, what was sent, and now; pure functions."""
