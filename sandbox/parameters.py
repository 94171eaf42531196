"""Parameters as Stripe's clients write them: `metadata[order]=7`, `items[0][id]=x`."""

from typing import Any
from urllib.parse import parse_qsl

from sandbox.errors import ApiError

Tree = dict[str, Any]  # of texts and trees; a list has keys 0, 1, 2


def parse(text: str) -> Tree:
    tree: Tree = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        name, *inner = key.replace("]", "").split("[")
        at = tree
        for step in inner:
            at = at.setdefault(name, {})
            if not isinstance(at, dict):
                raise invalid(key, f"Invalid object: {key}")
            name = step or str(len(at))
        at[name] = value
    return tree


def invalid(param: str, message: str, code: str = "parameter_invalid") -> ApiError:
    return ApiError(message, is_about_parameters=True, param=param, code=code)


class Parameters:
    """Reads values, and refuses those that Stripe refuses."""

    def __init__(self, tree: Tree, path: str = "") -> None:
        self._tree = tree
        self._path = path

    def allow(self, *known: str) -> None:
        for name in self._tree.keys() - {*known, "expand"}:
            param = self._param(name)
            raise invalid(
                param, f"Received unknown parameter: {param}", "parameter_unknown"
            )

    def has(self, name: str) -> bool:
        return bool(self._tree.get(name))

    def text(self, name: str, default: str | None = None) -> str:
        value = self._tree.get(name) or default
        if not isinstance(value, str):
            param = self._param(name)
            raise invalid(
                param, f"Missing required param: {param}.", "parameter_missing"
            )
        return value

    def optional(self, name: str) -> str | None:
        return self.text(name) if self.has(name) else None

    def choice(self, name: str, default: str, *others: str) -> str:
        value = self.text(name, default)
        if value not in (default, *others):
            raise invalid(self._param(name), f"Invalid {name}: {value}")
        return value

    def integer(self, name: str, default: int | None = None) -> int:
        value = self.text(name, None if default is None else str(default))
        if not value.isascii() or not value.removeprefix("-").isdigit():
            raise invalid(
                self._param(name),
                f"Invalid integer: {value}",
                "parameter_invalid_integer",
            )
        return int(value)

    def metadata(self) -> dict[str, str]:
        found = self._tree.get("metadata") or {}
        if not isinstance(found, dict) or any(
            not isinstance(value, str) for value in found.values()
        ):
            raise invalid(self._param("metadata"), "Metadata is a map of texts")
        return dict(found)

    def inner(self, name: str) -> "Parameters":
        return Parameters(self._inner(name), self._param(name))

    def items(self, name: str) -> list["Parameters"]:
        tree = self._inner(name)
        items = Parameters(tree, self._param(name))
        return [items.inner(key) for key in tree]

    def values(self, name: str) -> list[str]:
        return [str(value) for value in self._inner(name).values()]

    def _inner(self, name: str) -> Tree:
        found = self._tree.get(name) or {}
        if not isinstance(found, dict):
            raise invalid(self._param(name), f"Invalid object: {name}")
        return found

    def _param(self, name: str) -> str:
        return f"{self._path}[{name}]" if self._path else name
