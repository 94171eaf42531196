// The server's clock, by which holds expire. The device's may be wrong, and may be set while the page is open.

interface Bounds {
  /** Milliseconds that the server's clock is ahead of the device's: at least, and at most. */
  least: number;
  most: number;
}

export class ServerClock {
  #bounds: Bounds | null = null;
  readonly #device: () => number;

  constructor(device: () => number = Date.now) {
    this.#device = device;
  }

  /**
   * The server's time in an answer, which was written between the request and the answer. Each makes the bounds
   * closer. Bounds that contradict each other mean that a clock was set: then the newest count.
   */
  learn(serverTime: string, asked: number, answered: number = this.#device()): void {
    const time = Date.parse(serverTime);
    if (Number.isNaN(time)) return;
    const next = { least: time - answered, most: time - asked };
    const known = this.#bounds;
    const both = known && { least: Math.max(known.least, next.least), most: Math.min(known.most, next.most) };
    this.#bounds = both && both.least <= both.most ? both : next;
  }

  /** The latest that it may be there: a countdown never shows time that is over. */
  now(): number {
    return this.#device() + (this.#bounds?.most ?? 0);
  }
}

/** The one of this page. */
export const clock = new ServerClock();
