// What outlives a tab: after a crash, a new one knows what was begun. Each value has an end, so nothing piles up.
import { ofBrowser, type Store } from "../storage";

const PREFIX = "shop:kept:";

interface Kept<T> {
  value: T;
  /** In milliseconds. */
  until: number;
}

/** The values of one account whose places begin with the same text: people who share a browser see none of others. */
export class Shelf<T> {
  readonly #prefix: string;
  readonly #store: Store;

  constructor(name: string, account: string, store: Store = ofBrowser) {
    this.#prefix = `${PREFIX}${account}:${name}:`;
    this.#store = store;
  }

  put(place: string, value: T, until: number): void {
    this.#store.set(this.#prefix + place, JSON.stringify({ value, until } satisfies Kept<T>));
  }

  get(place: string, now: number): T | null {
    const found = this.#read(this.#prefix + place);
    return found && found.until > now ? found.value : null;
  }

  remove(place: string): void {
    this.#store.remove(this.#prefix + place);
  }

  /** What is there, the last end first. Values of any account that have ended are deleted. */
  values(now: number): T[] {
    const found: Kept<T>[] = [];
    for (const place of this.#store.keys().filter((each) => each.startsWith(PREFIX))) {
      const kept = this.#read(place);
      if (!kept || kept.until <= now) this.#store.remove(place);
      else if (place.startsWith(this.#prefix)) found.push(kept);
    }
    return found.sort((one, other) => other.until - one.until).map(({ value }) => value);
  }

  #read(place: string): Kept<T> | null {
    try {
      const found = JSON.parse(this.#store.get(place) ?? "null") as Kept<T> | null;
      return typeof found?.until === "number" ? found : null;
    } catch {
      return null;
    }
  }
}
