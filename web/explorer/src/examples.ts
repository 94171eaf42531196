// The first tabs of the explorer, from sign-in to sale. Each uses values from the results of earlier tabs.

import { type Values } from "./values";

// People edit the examples, so a result may have any shape.
type Data = any;

interface Example {
  operation: string;
  document: string;
  values?: (data: Data) => Values;
}

interface Seat {
  id: string;
  status: string;
}

interface RoomSeat {
  id: string;
  outOfService: boolean;
}

export const EXAMPLES: readonly Example[] = [
  {
    operation: "SignIn",
    document: `# 1. Sign in as a customer of the demo data.
# All later requests send the access token.
mutation SignIn {
  signIn(input: {
    email: "ana@cinema.example"
    password: "correct-horse-ana"
  }) {
    __typename
    ... on AuthTokens { accessToken expiresAt viewer { name } }
    ... on Problem { code message }
  }
}
`,
    values: (data) => defined({ token: data.signIn?.accessToken }),
  },
  {
    operation: "FindSession",
    document: `# 2. Find a session. $soon is filled in: ten minutes
# from now. The next tabs use its first free seat.
query FindSession($soon: DateTime!) {
  sessions(first: 1, filter: {startsAfter: $soon}) {
    edges {
      node {
        id
        startsAt
        movie { title }
        room { name }
        seatMap { available seats { id row number status } }
      }
    }
  }
  ticketTypes { id name isDefault }
}
`,
    values: (data) => {
      const session = data.sessions?.edges?.[0]?.node;
      return defined({
        sessionId: session?.id,
        seatId: firstFree(session)?.id,
        ticketTypeId: data.ticketTypes?.[0]?.id,
      });
    },
  },
  {
    operation: "WatchMap",
    document: `# 3. Watch its seat map: first all seats, then every
# change, until you stop it or change tabs. To see
# your own reservation here, duplicate the browser's
# tab: watch in one, reserve in the other.
subscription WatchMap($sessionId: ID!) {
  seatMap(sessionId: $sessionId) {
    __typename
    ... on SeatMap {
      available held sold position
      seats { id row number status version }
    }
    ... on SeatMapDelta {
      position
      seats { id row number status version heldUntil }
    }
  }
}
`,
  },
  {
    operation: "Hold",
    document: `# 4. Hold the free seat of tab 2 for 30 seconds.
# Run tab 2 again to get another seat.
mutation Hold($sessionId: ID!, $seatId: ID!) {
  reserveSeats(input: {
    sessionId: $sessionId
    seatIds: [$seatId]
  }) {
    __typename
    ... on Reservation {
      id status expiresAt
      total { amountMinor currency }
      seats { row number status }
    }
    ... on Problem { code message }
  }
}
`,
    values: (data) => defined({ reservationId: data.reserveSeats?.id }),
  },
  {
    operation: "FollowReservation",
    document: `# 5. Follow the reservation of tab 4. Its payment is
# created a moment later. If you wait 30 seconds,
# the reservation expires.
subscription FollowReservation($reservationId: ID!) {
  reservation(id: $reservationId) {
    status
    expiresAt
    payment { id status amount { amountMinor currency } }
  }
}
`,
    values: (data) => defined({ paymentId: data.reservation?.payment?.id }),
  },
  {
    operation: "Approve",
    document: `# 6. Approve the payment of tab 5 before the hold
# ends: the seat is sold exactly once, however often
# you run this.
mutation Approve($paymentId: ID!) {
  approvePayment(input: {paymentId: $paymentId}) {
    __typename
    ... on Payment {
      status approvedAt
      reservation { status seats { row number status } }
    }
    ... on Problem { code message }
  }
}
`,
  },
  {
    operation: "BestSeats",
    document: `# 7. Or let the server choose, in the session of tab
# 2: the best two seats side by side. Try more, or
# NEAR and ANY. Tabs 5 and 6 go on with what it holds.
mutation BestSeats($sessionId: ID!, $ticketTypeId: ID!) {
  reserveBestSeats(input: {
    sessionId: $sessionId
    tickets: [{ticketTypeId: $ticketTypeId, count: 2}]
    together: ROW
  }) {
    __typename
    ... on Reservation {
      id status expiresAt
      total { amountMinor currency }
      seats { row number status }
    }
    ... on NotEnoughSeats { available largestTogether }
    ... on Problem { code message }
  }
}
`,
    values: (data) => defined({ reservationId: data.reserveBestSeats?.id }),
  },
  {
    operation: "MyTickets",
    document: `# 8. What was sold to you, with what the QR code of
# each ticket says.
query MyTickets {
  tickets(first: 5) {
    totalCount
    edges {
      node {
        id status code usedAt
        seat { row number }
        session { startsAtLocal movie { title } }
      }
    }
  }
}
`,
    values: (data) => defined({ ticketId: data.tickets?.edges?.[0]?.node?.id }),
  },
  {
    operation: "PassOn",
    document: `# 9. Offer the newest ticket to a friend. Who opens the
# link and accepts has it, and your code is void.
mutation PassOn($ticketId: ID!) {
  transferTicket(input: {ticketId: $ticketId}) {
    __typename
    ... on TicketOffer { link expiresAt }
    ... on Problem { code message }
  }
}
`,
  },
  {
    operation: "AsManager",
    document: `# 10. A manager's day. Sign in as a manager of the demo
# data: later requests send this token.
mutation AsManager {
  signIn(input: {
    email: "manager@cinema.example"
    password: "correct-horse-manager"
  }) {
    __typename
    ... on AuthTokens { accessToken expiresAt viewer { name role } }
    ... on Problem { code message }
  }
}
`,
    values: (data) => defined({ token: data.signIn?.accessToken }),
  },
  {
    operation: "NextRoom",
    document: `# 11. Look at the room of the next session: where its
# seats stand, and what is special about them. $soon is
# filled in: ten minutes from now.
query NextRoom($soon: DateTime!) {
  sessions(first: 1, filter: {startsAfter: $soon}) {
    edges {
      node {
        id startsAtLocal salesEndAt
        prices { zone { name } ticketType { name } price { amountMinor currency } }
        movie { title }
        cinema { name timeZone }
        room {
          id name version
          seats { id label x y place features outOfService zone { name } }
        }
        seatMap { available blocked seats { id row number status } }
      }
    }
  }
}
`,
    values: (data) => {
      const session = data.sessions?.edges?.[0]?.node;
      const seat = session?.room?.seats?.find((each: RoomSeat) => !each.outOfService);
      return defined({
        roomId: session?.room?.id,
        roomSeatId: seat?.id,
        sessionId: session?.id,
        seatId: firstFree(session)?.id,
      });
    },
  },
  {
    operation: "PutOutOfService",
    document: `# 12. A seat of tab 11 is broken: take it out of the
# sessions that are created from now on. Run tab 11
# again to see the new version of the room.
mutation PutOutOfService($roomId: ID!, $roomSeatId: ID!) {
  updateSeats(input: {
    roomId: $roomId
    seats: [{id: $roomSeatId, outOfService: true}]
  }) {
    __typename
    ... on Room { name version }
    ... on InvalidInput { fields { path message } }
    ... on Problem { code message }
  }
}
`,
  },
  {
    operation: "Block",
    document: `# 13. That counts for new sessions. Take a free seat of
# this session off sale, too: who watches its map in tab
# 3 sees it at once.
mutation Block($sessionId: ID!, $seatId: ID!) {
  blockSeats(input: {
    sessionId: $sessionId
    seatIds: [$seatId]
    reason: "The seat is broken."
  }) {
    __typename
    ... on SeatsChanged { seats { row number status version } }
    ... on SeatsUnavailable { seats { row number status } }
    ... on Problem { code message }
  }
}
`,
  },
  {
    operation: "Unblock",
    document: `# 14. It was repaired before the session: put it on
# sale again.
mutation Unblock($sessionId: ID!, $seatId: ID!) {
  unblockSeats(input: {
    sessionId: $sessionId
    seatIds: [$seatId]
  }) {
    __typename
    ... on SeatsChanged { seats { row number status version } }
    ... on Problem { code message }
  }
}
`,
  },
  {
    operation: "MyAccount",
    document: `# 15. Your own account: mails, and where you are signed
# in. requestEmailVerification sends you a mail with a
# code: make run writes it to .data/mail. verifyEmail
# takes the code.
query MyAccount {
  viewer {
    name email emailVerified locale
    devices { id name signedInAt lastUsedAt current }
  }
}
`,
  },
  {
    operation: "MyCodes",
    document: `# 16. What the QR codes of your tickets say, of the
# reservation that you have paid. Only you see them.
query MyCodes($reservationId: ID!) {
  reservation(id: $reservationId) {
    tickets { id status usedAt code seat { row number } }
  }
}
`,
    values: (data) => defined({ ticketCode: firstCode(data.reservation) }),
  },
  {
    operation: "CheckIn",
    document: `# 17. Scan it at the door: as who works in the cinema, so
# sign in as in tab 10 first. The door opens an hour
# before the start. Run it twice.
mutation CheckIn($ticketCode: String!) {
  checkIn(input: {code: $ticketCode, gate: "North"}) {
    __typename
    ... on CheckedIn { ticket { id status usedAt } }
    ... on AlreadyCheckedIn { at gate }
    ... on TicketNotValid { status }
    ... on TooEarly { opensAt }
    ... on Problem { code message }
  }
}
`,
  },
  {
    operation: "GateList",
    document: `# 18. What a gate has to know of a session when it loses
# its connection. Next time it sends since: position.
query GateList($sessionId: ID!) {
  gateList(sessionId: $sessionId) {
    position used
    void { ticketId belowGeneration }
    sold { id seat { row number } ticketType { name } }
  }
}
`,
  },
];

export function valuesFrom(operation: string | null, data: Data): Values {
  return EXAMPLES.find((example) => example.operation === operation)?.values?.(data) ?? {};
}

function firstFree(session: Data): Seat | undefined {
  return session?.seatMap?.seats?.find((seat: Seat) => seat.status === "AVAILABLE");
}

function firstCode(reservation: Data): string | undefined {
  return reservation?.tickets?.find((ticket: { code: string | null }) => ticket.code)?.code;
}

function defined(found: { [Name in keyof Values]: Values[Name] | undefined }): Values {
  return Object.fromEntries(Object.entries(found).filter(([, value]) => typeof value === "string"));
}
