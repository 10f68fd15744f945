"""The bot at work: what comes in, what goes out, and, where it stays, when it looks again."""
