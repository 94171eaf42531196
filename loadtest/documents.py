"""The GraphQL documents of the load test, the campaign and the tests.

Mutations take their whole input as `$input`. A test has a document of its own only if
it is about that document's form.
"""

from loadtest import plan

TOKENS = """
    __typename
    ... on Problem { code }
    ... on AuthTokens { accessToken refreshToken viewer { id email name role } }
"""
SIGN_UP = f"mutation ($input: SignUpInput!) {{ signUp(input: $input) {{ {TOKENS} }} }}"
SIGN_IN = f"mutation ($input: SignInInput!) {{ signIn(input: $input) {{ {TOKENS} }} }}"
REFRESH_TOKENS = f"""mutation ($token: String!) {{
  refreshTokens(refreshToken: $token) {{ {TOKENS} }}
}}"""
EXCHANGE_SIGN_IN_CODE = f"""mutation ($code: String!) {{
  exchangeSignInCode(code: $code) {{ {TOKENS} }}
}}"""

SESSIONS = """query ($first: Int!, $filter: SessionFilter) {
  sessions(first: $first, filter: $filter) {
    edges { node { id startsAt movie { title } room { name capacity } } }
  }
}"""
SESSIONS_OF_DAY = """query ($cinema: ID!, $day: Date!, $after: String) {
  sessions(first: 2, after: $after, filter: {cinemaId: $cinema, date: $day}) {
    edges { node { id } }
    pageInfo { hasNextPage endCursor }
  }
}"""
SEAT_MAP = """query ($id: ID!) {
  seatMap(sessionId: $id) { seats { id status version price { amountMinor } } }
}"""
TICKET_TYPES = "query { ticketTypes { id } }"
AVAILABILITY = """query ($id: ID!) {
  session(id: $id) { availability { total available } }
}"""
RESERVATION = """query ($id: ID!) {
  reservation(id: $id) { status payment { id status } }
}"""

RESERVE_SEATS = """mutation ($input: ReserveSeatsInput!) {
  reserveSeats(input: $input) {
    __typename
    ... on Problem { code message }
    ... on Reservation {
      id status expiresAt total { amountMinor currency }
      seats { id status version price { amountMinor } }
    }
    ... on SeatsUnavailable { seats { id status heldUntil version } }
    ... on TooManySeats { limit }
    ... on CustomerLimit { limit }
    ... on SessionMoved { session { startsAt } }
    ... on PriceChanged { total { amountMinor currency } }
    ... on OrphanLeft { orphans { id number } better { id number } }
    ... on InvalidInput { fields { path message } }
  }
}"""
RESERVE_BEST_SEATS = """mutation ($input: ReserveBestSeatsInput!) {
  reserveBestSeats(input: $input) {
    __typename
    ... on Problem { code message }
    ... on Reservation {
      id status expiresAt total { amountMinor currency }
      seats { id row number status version price { amountMinor } }
    }
    ... on NotEnoughSeats { available largestTogether }
    ... on TooManySeats { limit }
    ... on CustomerLimit { limit }
    ... on InvalidInput { fields { path message } }
  }
}"""
EXTEND_RESERVATION = """mutation ($input: ExtendReservationInput!) {
  extendReservation(input: $input) {
    __typename
    ... on Problem { code message }
    ... on ReservationClosed { status }
    ... on Reservation {
      id status expiresAt extensionsLeft
      seats { id status version heldUntil price { amountMinor } }
    }
  }
}"""
START_CHECKOUT = """mutation ($input: StartCheckoutInput!) {
  startCheckout(input: $input) {
    __typename
    ... on Problem { code message }
    ... on WrongProvider { provider }
    ... on PaymentClosed { status }
    ... on InvalidInput { fields { path message } }
    ... on Checkout {
      url clientSecret expiresAt
      payment { id status provider outcome amount { amountMinor currency } }
    }
  }
}"""
REFUND_TICKETS = """mutation ($input: RefundTicketsInput!) {
  refundTickets(input: $input) {
    __typename
    ... on Problem { code message }
    ... on RefundRefused { until }
    ... on InvalidInput { fields { path message } }
    ... on Refund {
      id status reason createdAt amount { amountMinor currency }
      tickets { id status price { amountMinor } seat { label } }
    }
  }
}"""
CHOOSE_TICKETS = """mutation ($input: ChooseTicketsInput!) {
  chooseTickets(input: $input) {
    __typename
    ... on Problem { code message }
    ... on Reservation {
      id status total { amountMinor } seats { id status version price { amountMinor } }
    }
  }
}"""
CANCEL_RESERVATION = """mutation ($input: CancelReservationInput!) {
  cancelReservation(input: $input) {
    __typename
    ... on Problem { code }
    ... on ReservationClosed { status }
    ... on Reservation { id status seats { id status version } payment { status } }
  }
}"""
APPROVE_PAYMENT = """mutation ($input: ApprovePaymentInput!) {
  approvePayment(input: $input) {
    __typename
    ... on Problem { code }
    ... on PaymentClosed { status }
    ... on InvalidInput { fields { path message } }
    ... on Payment {
      id status amount { amountMinor }
      reservation { id status seats { id status } }
    }
  }
}"""

SEAT_MAP_UPDATES = """subscription ($id: ID!, $after: String) {
  seatMap(sessionId: $id, after: $after) {
    __typename
    ... on SeatMap {
      position available held sold seats { id status version price { amountMinor } }
    }
    ... on SeatMapDelta {
      position seats { id status version heldUntil price { amountMinor } }
    }
  }
}"""
RESERVATION_UPDATES = """subscription ($id: ID!) {
  reservation(id: $id) { status payment { id status } }
}"""

REFUSED = """
    __typename
    ... on Problem { code message }
    ... on InvalidInput { fields { path message } }
"""
MOVIE = "... on Movie { id title synopsis durationMinutes genres rating }"
ROOM = "... on Room { id name capacity seats { row number } }"
SESSION = """
    ... on RoomBusy { conflictingSession { id } }
    ... on Session {
      id movie { id } room { id capacity } startsAt endsAt
      pricePerSeat { amountMinor currency }
      seatMap { available seats { row number status version price { amountMinor } } }
    }
"""
CREATE_MOVIE = f"""mutation ($input: CreateMovieInput!) {{
  createMovie(input: $input) {{ {REFUSED} {MOVIE} }}
}}"""
UPDATE_MOVIE = f"""mutation ($input: UpdateMovieInput!) {{
  updateMovie(input: $input) {{
    {REFUSED} {MOVIE} ... on RoomBusy {{ conflictingSession {{ id }} }}
  }}
}}"""
CREATE_ROOM = f"""mutation ($input: CreateRoomInput!) {{
  createRoom(input: $input) {{ {REFUSED} {ROOM} }}
}}"""
ADD_SEATS = f"""mutation ($input: AddSeatsInput!) {{
  addSeats(input: $input) {{ {REFUSED} {ROOM} }}
}}"""
CREATE_SESSION = f"""mutation ($input: CreateSessionInput!) {{
  createSession(input: $input) {{ {REFUSED} {SESSION} }}
}}"""
SEATS_CHANGED = "... on SeatsChanged { sessionId seats { id status version } }"
BLOCK_SEATS = f"""mutation ($input: BlockSeatsInput!) {{
  blockSeats(input: $input) {{
    {REFUSED} {SEATS_CHANGED} ... on SeatsUnavailable {{ seats {{ id status }} }}
  }}
}}"""
UNBLOCK_SEATS = f"""mutation ($input: UnblockSeatsInput!) {{
  unblockSeats(input: $input) {{ {REFUSED} {SEATS_CHANGED} }}
}}"""
UPDATE_SESSION = f"""mutation ($input: UpdateSessionInput!) {{
  updateSession(input: $input) {{ {REFUSED} {SESSION} }}
}}"""

# What the load test measures: a change here changes its figures. It is what a page for
# picking seats needs: enough to continue, or to show which seats are taken.
MEASURED_RESERVE_SEATS = """mutation ($input: ReserveSeatsInput!) {
  reserveSeats(input: $input) {
    __typename
    ... on Reservation { id expiresAt seats { id version } }
    ... on SeatsUnavailable { code message seats { id status heldUntil } }
  }
}"""
MEASURED_RESERVE_BEST_SEATS = """mutation ($input: ReserveBestSeatsInput!) {
  reserveBestSeats(input: $input) {
    __typename
    ... on Reservation { id expiresAt seats { id version } }
    ... on NotEnoughSeats { code message available largestTogether }
  }
}"""
MEASURED_CANCEL_RESERVATION = """mutation ($input: CancelReservationInput!) {
  cancelReservation(input: $input) {
    __typename
    ... on Reservation { id seats { id version } }
  }
}"""
MEASURED_SEAT_MAP_UPDATES = """subscription ($id: ID!) {
  seatMap(sessionId: $id) {
    __typename
    ... on SeatMap { position seats { id status version heldUntil } }
    ... on SeatMapDelta { position seats { id status version heldUntil } }
  }
}"""
MEASURED_SEAT_MAP = """query ($id: ID!) {
  seatMap(sessionId: $id) { __typename position seats { id status version heldUntil } }
}"""
MEASURED_MANY_FIELDS = "query {{ {} }}".format(
    " ".join(
        f"f{number}: sessions(first: 4) {{ edges {{ node {{ "
        "id startsAt movie { title } room { name } } } }"
        for number in range(plan.READER_FIELDS)
    )
)
# Authenticated, parsed and executed like a hold, then refused for the form of its id.
MEASURED_NO_OP = 'mutation { cancelReservation(input: {reservationId: "x"}) \
{ __typename } }'
