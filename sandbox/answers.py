"""Idempotency keys: a call with the same key has the first answer again."""

import json
from collections.abc import Callable

from sandbox.database import Database
from sandbox.errors import ApiError
from sandbox.objects import Json

Answer = tuple[int, Json]


class Answers:
    def __init__(self, db: Database) -> None:
        self._db = db

    def known(self, key: str, request: str) -> Answer | None:
        """`request` is the path and the body: another one may not have the key."""
        row = self._db.row("SELECT * FROM answers WHERE key = ?", key)
        if row is None:
            return None
        if row["request"] != request:
            raise ApiError(
                "Keys for idempotent requests can only be used with the same"
                f" parameters they were first used with. '{key}' was used before.",
                kind="idempotency_error",
            )
        return row["status"], json.loads(row["body"])

    def first(self, key: str | None, request: str, do: Callable[[], Answer]) -> Answer:
        """Also keeps a failure, but not a refusal of parameters."""
        try:
            status, body = do()
        except ApiError as error:
            if error.is_about_parameters:
                raise
            status, body = error.status, error.body()
        if key:
            self._db.insert(
                "answers",
                key=key,
                request=request,
                status=status,
                body=json.dumps(body),
            )
        return status, body
