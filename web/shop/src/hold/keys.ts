// Idempotency keys that survive a reload and a crash: each is stored before its request is sent, and removed when
// the outcome is known.
import { account } from "../api/tokens";
import { randomText } from "../random";
import { ofBrowser, type Store } from "../storage";
import { clock } from "./clock";
import { insist } from "./insist";
import { Shelf } from "./kept";

/** What was asked for, so that a reload can ask again with the same key and the same words. */
export interface Attempt<Input> {
  key: string;
  input: Input;
}

/** As long as a call is repeated, and what it held is held: a new tab goes on with it for so long. */
const OPEN_MILLISECONDS = 60_000;

/** Each attempt has a place of its own: two tabs that want different things never share a key. */
export class Attempts<Input> {
  readonly #shelf: () => Shelf<Attempt<Input>>;

  /** `action` names the mutation and its object, such as `reserve:SESSION`. */
  constructor(action: string, store: Store = ofBrowser, whose: () => string = () => account.value) {
    this.#shelf = () => new Shelf(`attempt:${action}`, whose(), store);
  }

  /** The newest attempt whose outcome is not known. */
  open(now: number): Attempt<Input> | null {
    return this.#shelf().values(now)[0] ?? null;
  }

  /** The open attempt that asks for the same; otherwise a new one, with a new key. */
  begin(input: Input, now: number): Attempt<Input> {
    const shelf = this.#shelf();
    const same = shelf.values(now).find((open) => JSON.stringify(open.input) === JSON.stringify(input));
    if (same) return same;
    const attempt = { key: randomText(), input };
    shelf.put(attempt.key, attempt, now + OPEN_MILLISECONDS);
    return attempt;
  }

  /** Sends `input` with its key until there is an answer. */
  async call<R>(input: Input, send: (input: Input & { idempotencyKey: string }) => Promise<R>, patienceMilliseconds?: number): Promise<R> {
    const attempt = this.begin(input, clock.now());
    const answer = await insist(() => send({ ...attempt.input, idempotencyKey: attempt.key }), patienceMilliseconds);
    this.end(attempt);
    return answer;
  }

  /** There is an answer. Other attempts stay. */
  end({ key }: Attempt<Input>): void {
    this.#shelf().remove(key);
  }
}
