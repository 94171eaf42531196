"""Refusals, in the form of Stripe's error objects."""

from typing import Any


class ApiError(Exception):
    """`is_about_parameters`: nothing was tried, so no idempotency key keeps it."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        is_about_parameters: bool = False,
        **facts: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.is_about_parameters = is_about_parameters
        self._error = {"message": message, "type": kind, **facts}

    def body(self) -> dict[str, Any]:
        return {"error": self._error}


def missing_object(kind: str, object_id: str, param: str = "id") -> ApiError:
    return ApiError(
        f"No such {kind}: '{object_id}'",
        status=404,
        code="resource_missing",
        param=param,
    )


def unexpected_state(
    message: str, payment_intent: dict[str, Any], **facts: Any
) -> ApiError:
    return ApiError(
        message,
        code="payment_intent_unexpected_state",
        payment_intent=payment_intent,
        **facts,
    )


def server_error() -> ApiError:
    return ApiError("The sandbox was asked to fail.", status=500, kind="api_error")
