"""Fields whose resolver is called only if the value is not known yet."""

METADATA_KEY = "known_as"


def known_as(attribute: str) -> dict[str, str]:
    """Metadata for strawberry.field.

    The attribute of the object is the value, or None if the resolver has to find it.
    """
    return {METADATA_KEY: attribute}
