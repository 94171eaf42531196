// node caches.mjs CLIENT MODULE UPDATES: what the cache of a client shows after the updates, set up as MODULE says. An
// update is ["map" | "delta" | "reservation", seats]. Prints the seats of the map and of the reservation.
import { InMemoryCache } from "@apollo/client";
import { Client, gql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { fromArray, mergeMap, pipe } from "wonka";

const [, , client, module, text] = process.argv;
const setUp = await import(module);
const seats = "seats { __typename id row number version status heldUntil }";
const documents = {
  map: gql`query map { seatMap(sessionId: "1") { __typename id ${seats} } }`,
  reservation: gql`query reservation { reservation(id: "r") { __typename id ${seats} } }`,
  delta: gql`subscription delta { seatMap(sessionId: "1") { __typename sessionId ${seats} } }`,
};
const typed = (list) => list.map((seat) => ({ __typename: "SessionSeat", row: "A", number: 1, heldUntil: null, ...seat }));
const data = {
  map: (seats) => ({ seatMap: { __typename: "SeatMap", id: "1", seats: typed(seats) } }),
  reservation: (seats) => ({ reservation: { __typename: "Reservation", id: "r", seats: typed(seats) } }),
  delta: (seats) => ({ seatMap: { __typename: "SeatMapDelta", sessionId: "1", seats: typed(seats) } }),
};

const clients = {
  apollo() {
    const cache = new InMemoryCache({ typePolicies: setUp.typePolicies });
    return {
      write(kind, seats) {
        const written = data[kind](seats);
        if (kind === "delta") setUp.applyDelta(cache, written.seatMap);
        else cache.writeQuery({ query: documents[kind], data: written });
      },
      read: async (kind) => cache.readQuery({ query: documents[kind] }),
    };
  },
  urql() {
    let answer; // of a server that is not there
    const server = () => (operations) =>
      pipe(
        operations,
        mergeMap((operation) =>
          fromArray(operation.kind === "teardown" ? [] : [{ operation, data: answer, stale: false, hasNext: false }]),
        ),
      );
    const cache = cacheExchange({ keys: setUp.keys, updates: setUp.updates });
    const urql = new Client({ url: "http://server", exchanges: [cache, server], preferGetMethod: false });
    return {
      async write(kind, seats) {
        answer = data[kind](seats);
        if (kind === "delta") urql.subscription(documents.delta, {}).subscribe(() => {});
        else await urql.query(documents[kind], {}, { requestPolicy: "network-only" }).toPromise();
        await new Promise((done) => setTimeout(done));
      },
      read: async (kind) => (await urql.query(documents[kind], {}, { requestPolicy: "cache-only" }).toPromise()).data,
    };
  },
};

const { write, read } = clients[client]();
for (const [kind, seats] of JSON.parse(text)) await write(kind, seats);
const map = (await read("map")).seatMap.seats;
const reservation = (await read("reservation")).reservation.seats;
console.log(JSON.stringify([map, reservation].map((list) => list.map((seat) => [seat.id, seat.version, seat.status]))));
