"""What managers send who cancel or move sessions."""

from loadtest.documents import REFUSED, SESSION

CANCEL_SESSION = f"""mutation ($input: CancelSessionInput!) {{
  cancelSession(input: $input) {{
    {REFUSED} ... on Session {{ id status version salesEndAt refundsPending }}
  }}
}}"""
RESCHEDULE_SESSION = f"""mutation ($input: RescheduleSessionInput!) {{
  rescheduleSession(input: $input) {{
    {REFUSED} {SESSION} ... on SeatsUnavailable {{ seats {{ id status }} }}
  }}
}}"""
