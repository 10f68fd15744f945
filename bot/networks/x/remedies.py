"""What the operator can do about what concerns every post of an account."""

from __future__ import annotations

from datetime import timedelta

from bot.networks.x.problems import Trouble

KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")

_CONSOLE = "in X's developer console"
_WRONG_CLOCK = timedelta(minutes=1)


def remedy(trouble: Trouble, name: str, ahead: timedelta | None) -> str:
    """What to do on the account of this name; `ahead` is how far our clock is before X's."""
    return f"{_remedy(trouble, f'BOT_ACCOUNTS__{name.upper()}', ahead or timedelta())}, then: bot resume {name}."


def _remedy(trouble: Trouble, setting: str, ahead: timedelta) -> str:
    match trouble:
        case Trouble.KEYS if abs(ahead) >= _WRONG_CLOCK:  # a signature holds the time as well
            minutes = f"{abs(ahead) / timedelta(minutes=1):.0f} min {'fast' if ahead > timedelta() else 'slow'}"
            return f"Set this machine's clock, which is {minutes}"
        case Trouble.KEYS:
            keys = ", ".join(f"{setting}__{key.upper()}" for key in KEYS)
            return f"Check that {keys} are all of one app and one account"
        case Trouble.RIGHTS:
            return (
                f"Set the app to Read and write {_CONSOLE}, and only then make new access tokens: old ones stay as they"
                f" were. Put them into {setting}__ACCESS_TOKEN and {setting}__ACCESS_TOKEN_SECRET"
            )
        case Trouble.CREDIT:
            return f"Buy credits or a larger plan {_CONSOLE}"
        case Trouble.PLAN:
            return f"Put the app into a project with a plan that may post, {_CONSOLE}"
        case _:
            return f"Log in to X as this account, and look at the app {_CONSOLE}"
