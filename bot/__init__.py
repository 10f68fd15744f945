"""A publishing bot: one article goes in and comes out on every network, in its own words, once."""
