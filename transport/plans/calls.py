"""The call of a resolver: of its function, without Strawberry's layers around it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.exception_handlers import ExceptionHandler
from strawberry.types.field import StrawberryField

from transport.plans.inputs import Convert
from transport.plans.resolve_info import PlannedField, ResolveInfo
from transport.plans.run import PlanRun

Handlers = tuple[tuple[tuple[type[Exception], ...], ExceptionHandler[Any, Any]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverCall:
    """Gives the function what it names: arguments, info, and the object itself."""

    function: Callable[..., Any]
    field: PlannedField
    declared: StrawberryField
    info_class: Callable[..., Any]
    takes_self: bool
    source_names: tuple[str, ...]
    info_name: str | None
    arguments: int | None  # their index in a run
    convert: Convert

    def __call__(self, source: Any, path: Path, run: PlanRun) -> Any:
        info = self.info(path, run) if self.info_name else None
        return self.with_info(source, info, run)

    def info(self, path: Path, run: PlanRun) -> Any:
        raw = ResolveInfo(run.context, path, self.field, run)
        return self.info_class(_raw_info=raw, _field=self.declared)

    def with_info(self, source: Any, info: Any, run: PlanRun) -> Any:
        index = self.arguments
        keywords = {} if index is None else self.convert(run.arguments[index])
        for name in self.source_names:
            keywords[name] = source
        if self.info_name:
            keywords[self.info_name] = info
        if self.takes_self:
            return self.function(source, **keywords)
        return self.function(**keywords)


@dataclass(frozen=True, slots=True)
class HandledCall:
    """Turns the exceptions of a call into members of its union."""

    call: ResolverCall
    handlers: Handlers

    def resolve(self, source: Any, path: Path, run: PlanRun) -> Any:
        info = self.call.info(path, run)
        try:
            result = self.call.with_info(source, info, run)
        except Exception as error:
            handled = self._handle(error, info)
            if handled is None:
                raise
            return handled
        return self._awaited(result, info) if optimized_is_awaitable(result) else result

    async def resolve_async(self, source: Any, path: Path, run: PlanRun) -> Any:
        info = self.call.info(path, run)
        try:
            return await self.call.with_info(source, info, run)
        except Exception as error:  # noqa: BLE001 # a handler's kind, or raised again
            return await self._recovered(error, info)

    async def _awaited(self, result: Awaitable[Any], info: Any) -> Any:
        try:
            return await result
        except Exception as error:  # noqa: BLE001 # a handler's kind, or raised again
            return await self._recovered(error, info)

    async def _recovered(self, error: Exception, info: Any) -> Any:
        handled = self._handle(error, info)
        if optimized_is_awaitable(handled):
            handled = await handled
        if handled is None:  # a handler may decline
            raise error
        return handled

    def _handle(self, error: Exception, info: Any) -> Any:
        for kinds, handler in self.handlers:
            if isinstance(error, kinds):
                return handler.handle(error, field=self.call.declared, info=info)
        return None
