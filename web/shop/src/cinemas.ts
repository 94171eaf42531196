// The cinemas. They rarely change, so they are read once until the page is loaded again.
import { CinemasDocument, type CinemasQuery } from "./api/generated/graphql";
import { ask } from "./api/http";

export type Cinema = CinemasQuery["cinemas"]["edges"][number]["node"];

let reading: Promise<Cinema[]> | null = null;

async function read(): Promise<Cinema[]> {
  try {
    const { cinemas } = await ask(CinemasDocument, {});
    return cinemas.edges.map(({ node }) => node);
  } catch (error) {
    reading = null; // the next one may succeed
    throw error;
  }
}

export function readCinemas(): Promise<Cinema[]> {
  reading ??= read();
  return reading;
}
