"""The rules by which documents are validated."""

from graphql import (
    ASTValidationRule,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
    specified_rules,
)

from transport.limits import MAX_COMPARISONS


class BoundedOverlapsRule(OverlappingFieldsCanBeMergedRule):
    """graphql-core's rule with our budget: its own lets it run for a second."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = MAX_COMPARISONS


RULES: tuple[type[ASTValidationRule], ...] = tuple(
    BoundedOverlapsRule if rule is OverlappingFieldsCanBeMergedRule else rule
    for rule in specified_rules
)
