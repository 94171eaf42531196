"""What customers and watchers ask."""

RESERVE = """mutation ($input: ReserveSeatsInput!) {
  reserveSeats(input: $input) {
    __typename
    ... on Problem { code }
    ... on Reservation {
      id status expiresAt total { amountMinor }
      seats { id status version price { amountMinor } }
    }
  }
}"""
CANCEL = """mutation ($input: CancelReservationInput!) {
  cancelReservation(input: $input) {
    __typename
    ... on Problem { code }
    ... on ReservationClosed { status }
    ... on Reservation { id status }
  }
}"""
APPROVE = """mutation ($input: ApprovePaymentInput!) {
  approvePayment(input: $input) {
    __typename
    ... on Problem { code }
    ... on PaymentClosed { status }
    ... on Payment { id status amount { amountMinor } }
  }
}"""
PAYMENT = """query ($id: ID!) {
  reservation(id: $id) { status payment { id } }
}"""
READ = """query ($id: ID!) {
  seatMap(sessionId: $id) { seats { id status version price { amountMinor } } }
}"""
REPRICE = """mutation ($input: UpdateSessionInput!) {
  updateSession(input: $input) { __typename ... on Problem { code } }
}"""
ADD_SEATS = """mutation ($input: AddSeatsInput!) {
  addSeats(input: $input) { __typename ... on Problem { code } }
}"""
WATCH = """subscription ($session: ID!, $after: String) {
  seatMap(sessionId: $session, after: $after) {
    __typename
    ... on SeatMap { position seats { id status version price { amountMinor } } }
    ... on SeatMapDelta { position seats { id status version price { amountMinor } } }
  }
}"""
