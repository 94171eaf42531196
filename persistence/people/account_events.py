"""SQL that writes an event of an account, in the statement that causes it."""

from domain.account_events import AccountEvent
from persistence.sales.event_sql import insert_events

# The key keeps the events of an account in order. Nobody has it when there is none.
ACCOUNT_STATE = """
    SELECT coalesce(id, uuidv7()) AS session_id,
           jsonb_build_object('account_id', id) AS data FROM {accounts}"""


def inserted_account_event(accounts: str, type: type[AccountEvent]) -> str:
    """CTEs for each row of `accounts`, which has the column id. Needs `origin`."""
    state = f"account_state_{type.__name__.lower()}"
    return f"""{state} AS ({ACCOUNT_STATE.format(accounts=accounts)}),
{state}_event AS ({insert_events(state, (type,))})"""
