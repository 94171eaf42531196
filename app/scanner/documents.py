"""What a gate sends."""

CHECK_IN = """mutation ($input: CheckInInput!) { checkIn(input: $input) {
  __typename
  ... on CheckedIn { ticket { ...OfTicket } }
  ... on AlreadyCheckedIn { at gate ticket { ...OfTicket } }
  ... on WrongSession { ticket { ...OfTicket } }
  ... on TicketNotValid { status }
  ... on TooEarly { opensAt }
  ... on InvalidInput { fields { path message } }
  ... on Problem { code message }
} }
fragment OfTicket on Ticket {
  id status usedAt seat { row number } ticketType { name proofRequired } session { id }
}"""
GATE_LIST = """query ($session: ID!, $since: String) {
  gateList(sessionId: $session, since: $since) {
    position opensAt used void { ticketId belowGeneration }
    sold { id seat { row number } ticketType { name proofRequired } }
  }
}"""
SIGN_IN = """mutation ($input: SignInInput!) { signIn(input: $input) {
  __typename
  ... on AuthTokens { accessToken }
  ... on Problem { code message }
} }"""
