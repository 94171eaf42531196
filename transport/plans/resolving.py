"""How each field of a schema is resolved: by an attribute, or by a call."""

from collections.abc import Callable
from functools import cache
from inspect import isasyncgenfunction
from typing import Any

from graphql.pyutils import Path
from strawberry import Schema
from strawberry.types.field import StrawberryField

from transport.plans.calls import HandledCall, Handlers, ResolverCall
from transport.plans.inputs import Convert, InputConverter, UnknownInputError
from transport.plans.resolve_info import PlannedField, ResolveInfo
from transport.plans.run import NotPlannedError, PlanRun

# Takes the object of the field, its path and the run; may return an awaitable.
Resolve = Callable[[Any, Path, PlanRun], Any]


class Resolvers:
    """Of one schema, whose fields it remembers how to call."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._inputs = InputConverter(schema)
        # To find these takes longer than all the rest of compiling a field.
        self._handlers = cache(self._find_handlers)
        self._converter = cache(self._find_converter)

    def attribute_of(self, declared: StrawberryField) -> str | None:
        """The attribute that a field without a resolver reads."""
        if declared.is_basic_field and declared.default_resolver is getattr:
            return None if self._handlers(declared) else declared.python_name
        return None

    def resolve(
        self, field: PlannedField, declared: StrawberryField, index: int | None
    ) -> Resolve:
        """`index` is that of its arguments in a run."""
        call = self._call(field, declared, index)
        if call is None:
            return self._through_strawberry(field, index)
        handlers = self._handlers(declared)
        if not handlers:
            return call
        handled = HandledCall(call, handlers)
        return handled.resolve_async if declared.is_async else handled.resolve

    def stream(
        self, field: PlannedField, declared: StrawberryField, index: int | None
    ) -> ResolverCall:
        """Of a subscription. Raises NotPlannedError if it is no plain generator."""
        call = self._call(field, declared, index)
        if call is None or not isasyncgenfunction(call.function):
            raise NotPlannedError("resolvers")
        return call

    def _call(
        self, field: PlannedField, declared: StrawberryField, index: int | None
    ) -> ResolverCall | None:
        """None if Strawberry has to do more than to call a function."""
        resolver = declared.base_resolver
        if resolver is None or declared.extensions:
            return None
        function = resolver.wrapped_func
        if isinstance(function, staticmethod | classmethod):
            return None
        convert = self._converter(declared)
        if convert is None:
            return None
        sources = resolver.parent_parameter, resolver.root_parameter
        info = resolver.info_parameter
        return ResolverCall(
            function=function,
            field=field,
            declared=declared,
            info_class=self._schema.config.info_class,
            takes_self=resolver.self_parameter is not None,
            source_names=tuple(each.name for each in sources if each),
            info_name=info.name if info else None,
            arguments=index,
            convert=convert,
        )

    def _find_converter(self, declared: StrawberryField) -> Convert | None:
        try:
            return self._inputs.of_arguments(declared.arguments)
        except UnknownInputError:
            return None

    def _find_handlers(self, declared: StrawberryField) -> Handlers:
        converter = self._schema.schema_converter
        # No other way leads to the handlers that fit a field.
        return converter._get_field_exception_handlers(declared)  # noqa: SLF001

    @staticmethod
    def _through_strawberry(field: PlannedField, index: int | None) -> Resolve:
        resolve: Any = field.definition.resolve

        def through_strawberry(source: Any, path: Path, run: PlanRun) -> Any:
            arguments = {} if index is None else run.arguments[index]
            return resolve(
                source, ResolveInfo(run.context, path, field, run), **arguments
            )

        return through_strawberry
