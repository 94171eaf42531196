"""Settings from the environment: their base class and their error message."""

from typing import Self

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.errors import CommandError


def settings_error(error: ValidationError) -> CommandError:
    """With names and reasons only: a value may hold a password."""
    problems = "; ".join(
        ": ".join(
            [*(str(name).upper() for name in problem["loc"][:1]), _reason(problem)]
        )
        for problem in error.errors(include_input=False, include_url=False)
    )
    return CommandError(
        f"Settings are missing or wrong ({problems}): set them as README.md says, "
        "or start everything with `make run`."
    )


def _reason(problem: ErrorDetails) -> str:
    facts = problem.get("ctx", {})
    if problem["type"] == "too_short":  # pydantic says "items" of a secret
        return f"should have at least {facts['min_length']} characters"
    if "error" in facts:
        return str(facts["error"])
    return problem["msg"][:1].lower() + problem["msg"][1:]


class EnvironmentSettings(BaseSettings):
    """Each field is the environment variable of its name in capitals."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    @classmethod
    def load(cls) -> Self:
        """Raises CommandError, which names everything that is missing or wrong."""
        try:
            return cls()
        except ValidationError as error:
            raise settings_error(error) from None
