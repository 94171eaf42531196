"""What a command says when it cannot do its work."""


class CommandError(Exception):
    """One sentence for the person at the terminal; the command ends with code 1."""
