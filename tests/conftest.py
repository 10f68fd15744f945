"""Fixtures that every test may ask for."""

pytest_plugins = [
    "servers.pds",
    "servers.postgres",
    "servers.lossy",
    "servers.x",
    "servers.mastodon",
    "servers.mastodon_mock",
    "servers.web",
]
