// The tabs that are there at first: from signing in to the sale, each fed by the answers of those before it.

import { type Known } from "./known";

// People change the examples, and then their answers have any shape.
type Data = any;

interface Example {
  operation: string;
  document: string;
  learn?: (data: Data) => Known;
}

interface Seat {
  id: string;
  status: string;
}

export const EXAMPLES: readonly Example[] = [
  {
    operation: "SignIn",
    document: `# 1. Sign in as a customer of the demo data.
# The token of the answer goes with all that follows.
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
    learn: (data) => defined({ token: data.signIn?.accessToken }),
  },
  {
    operation: "FindSession",
    document: `# 2. Find a session; $soon, in ten minutes, is
# filled in. The next tabs use its first free seat.
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
}
`,
    learn: (data) => {
      const session = data.sessions?.edges?.[0]?.node;
      const free = session?.seatMap?.seats?.find((seat: Seat) => seat.status === "AVAILABLE");
      return defined({ sessionId: session?.id, seatId: free?.id });
    },
  },
  {
    operation: "WatchMap",
    document: `# 3. Watch its map: all of it, then every change,
# until you stop it or go to another tab. To see
# your own hold arrive, duplicate the browser's tab:
# watch in one, hold in the other.
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
# For another seat run tab 2 again.
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
    learn: (data) => defined({ reservationId: data.reserveSeats?.id }),
  },
  {
    operation: "FollowReservation",
    document: `# 5. Follow the reservation of tab 4: its payment
# opens a moment after the hold. Left alone, it
# expires before your eyes.
subscription FollowReservation($reservationId: ID!) {
  reservation(id: $reservationId) {
    status
    expiresAt
    payment { id status amount { amountMinor currency } }
  }
}
`,
    learn: (data) => defined({ paymentId: data.reservation?.payment?.id }),
  },
  {
    operation: "Approve",
    document: `# 6. Approve the payment of tab 5 while the hold
# lasts: the seat is sold, once, however often you
# run this.
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
];

export function learnedFrom(operation: string | null, data: Data): Known {
  return EXAMPLES.find((example) => example.operation === operation)?.learn?.(data) ?? {};
}

function defined(found: { [Name in keyof Known]: Known[Name] | undefined }): Known {
  return Object.fromEntries(Object.entries(found).filter(([, value]) => typeof value === "string"));
}
