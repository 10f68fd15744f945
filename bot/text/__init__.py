"""Counting, links and hashtags, by each network's own rules: pure functions."""
