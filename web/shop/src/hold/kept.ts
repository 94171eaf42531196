// What outlives a tab: after a crash, a new one knows what was begun. Each value has an end, so nothing piles up.
import { tokens } from "../api/tokens";

const PREFIX = "shop:kept:";

interface Kept<T> {
  value: T;
  /** In milliseconds. */
  until: number;
}

/** Whose values they are, by the access token. People who share a browser never go on with what others began. */
export function accountId(): string {
  try {
    const [, claims = ""] = tokens.value?.accessToken.split(".") ?? [];
    return String((JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))) as { sub?: string }).sub ?? "");
  } catch {
    return "";
  }
}

/** The values of one account whose places begin with the same text. */
export class Shelf<T> {
  readonly #prefix: string;
  readonly #storage: Storage;

  constructor(name: string, account: string, storage: Storage = localStorage) {
    this.#prefix = `${PREFIX}${account}:${name}:`;
    this.#storage = storage;
  }

  put(place: string, value: T, until: number): void {
    this.#storage.setItem(this.#prefix + place, JSON.stringify({ value, until } satisfies Kept<T>));
  }

  get(place: string, now: number): T | null {
    const found = this.#read(this.#prefix + place);
    return found && found.until > now ? found.value : null;
  }

  remove(place: string): void {
    this.#storage.removeItem(this.#prefix + place);
  }

  /** What is there, the last end first. Values of any account that have ended are deleted. */
  values(now: number): T[] {
    const places = Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index) ?? "");
    const found: Kept<T>[] = [];
    for (const place of places.filter((each) => each.startsWith(PREFIX))) {
      const kept = this.#read(place);
      if (!kept || kept.until <= now) this.#storage.removeItem(place);
      else if (place.startsWith(this.#prefix)) found.push(kept);
    }
    return found.sort((one, other) => other.until - one.until).map(({ value }) => value);
  }

  #read(place: string): Kept<T> | null {
    try {
      const found = JSON.parse(this.#storage.getItem(place) ?? "null") as Kept<T> | null;
      return typeof found?.until === "number" ? found : null;
    } catch {
      return null;
    }
  }
}
