"""What X says when it refuses: its own words, in its own forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

PROBLEMS = "https://api.twitter.com/2/problems"
NEWER_PROBLEMS = "https://api.x.com/2/problems"  # the hosts of these names differ; only their last word counts
TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length see "
    "https://github.com/twitter/twitter-text."
)
NOT_VISIBLE = "You attempted to reply to a Tweet that is deleted or not visible to you."


class Refused(Exception):
    """A request that is not done, with the status and the body that X answers it with."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


def problem(status: int, title: str, detail: str, kind: str = "about:blank", **more: Any) -> Refused:
    """A refusal as a problem document."""
    return Refused(status, {"title": title, "type": kind, "status": status, "detail": detail, **more})


def coded(status: int, code: int, message: str) -> Refused:
    """A refusal in the older form, which some answers still have."""
    return Refused(status, {"errors": [{"code": code, "message": message}]})


def invalid(parameter: str, value: Any, message: str) -> Refused:
    """A refusal of a request that is not as the API's description has it."""
    body = {
        "errors": [{"parameters": {parameter: [str(value)]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}/invalid-request",
    }
    return Refused(400, body)


def unacceptable(detail: str) -> Refused:
    """A refusal of a text."""
    return problem(400, "Bad Request", detail)


def unsupported_type() -> Refused:
    return problem(415, "Unsupported Media Type", "Unsupported Media Type")


def media_ids_invalid(ids: Sequence[str]) -> Refused:
    return invalid("media.media_ids", list(ids), "Your media IDs are invalid.")


def not_found(resource: str, resource_id: str) -> dict[str, Any]:
    """What is answered, with status 200, where there is nothing of this name."""
    error = {
        "value": resource_id,
        "detail": f"Could not find {resource} with id: [{resource_id}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": "id",
        "resource_id": resource_id,
        "type": f"{PROBLEMS}/resource-not-found",
    }
    return {"errors": [error]}


def unauthorized() -> Refused:
    return problem(401, "Unauthorized", "Unauthorized")


def timestamp_out_of_bounds() -> Refused:
    return coded(401, 135, "Timestamp out of bounds.")


def too_many_requests() -> Refused:
    return problem(429, "Too Many Requests", "Too Many Requests")


def usage_capped() -> Refused:
    period = {"period": "Monthly", "scope": "Account", "product_name": "standard-basic"}
    detail = "Usage cap exceeded: Monthly product cap"
    return Refused(
        429, {"title": "UsageCapExceeded", "detail": detail, "type": f"{NEWER_PROBLEMS}/usage-capped", **period}
    )


def out_of_credit(user_id: str) -> Refused:
    detail = f"Your enrolled account [{user_id}] does not have any credits to fulfill this request."
    return Refused(402, {"title": "CreditsDepleted", "detail": detail, "type": f"{NEWER_PROBLEMS}/credits"})


def suspended() -> Refused:
    detail = "The user used for authentication is suspended"
    return problem(403, "Forbidden", detail, f"{PROBLEMS}/user-suspended")


def read_only() -> Refused:
    detail = "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."
    return problem(403, "Forbidden", detail, f"{PROBLEMS}/oauth1-permissions")


def duplicate() -> Refused:
    return problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")


def parent_not_visible(*, older_form: bool = False) -> Refused:
    return coded(403, 385, NOT_VISIBLE) if older_form else problem(403, "Forbidden", NOT_VISIBLE)
