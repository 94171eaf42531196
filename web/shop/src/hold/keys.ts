// Idempotency keys that survive a reload and a crash: each is stored before its request is sent, and removed when
// the outcome is known.

/** What was asked for, so that a reload can ask again with the same key and the same words. */
export interface Attempt<Input> {
  key: string;
  input: Input;
  /** By the server's clock, in milliseconds. */
  since: number;
}

const PREFIX = "attempt:";

export class Attempts<Input> {
  readonly #place: string;
  readonly #storage: Storage;

  /** `action` names the mutation and its object, such as `reserve:SESSION`. */
  constructor(action: string, storage: Storage = sessionStorage) {
    this.#place = PREFIX + action;
    this.#storage = storage;
  }

  /** The attempt whose outcome is not known. */
  get open(): Attempt<Input> | null {
    try {
      return JSON.parse(this.#storage.getItem(this.#place) ?? "null") as Attempt<Input> | null;
    } catch {
      return null;
    }
  }

  /** The open attempt if it asks for the same; otherwise a new one, with a new key. */
  begin(input: Input, now: number): Attempt<Input> {
    const open = this.open;
    if (open && JSON.stringify(open.input) === JSON.stringify(input)) return open;
    const attempt = { key: crypto.randomUUID(), input, since: now };
    this.#storage.setItem(this.#place, JSON.stringify(attempt));
    return attempt;
  }

  /** There is an answer. Another attempt that began meanwhile stays. */
  end(attempt: Attempt<Input>): void {
    if (this.open?.key === attempt.key) this.#storage.removeItem(this.#place);
  }
}
