"""The error of a command that cannot do its work."""


class CommandError(Exception):
    """Its message is shown at the terminal; the command ends with exit code 1."""
