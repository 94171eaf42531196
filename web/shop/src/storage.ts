// What the browser keeps for this page. Where it refuses (private windows, policies, no room left), this tab remembers.

export class Store {
  readonly #browser: () => Storage;
  readonly #tab = new Map<string, string>();

  /** `browser` may throw, and may answer with a storage that does. */
  constructor(browser: () => Storage) {
    this.#browser = browser;
  }

  get(key: string): string | null {
    return this.#tab.get(key) ?? this.#try((storage) => storage.getItem(key));
  }

  /** Whether the browser keeps it. */
  set(key: string, value: string): boolean {
    const isKept = this.#try((storage) => storage.setItem(key, value)) !== null;
    if (isKept) this.#tab.delete(key);
    else this.#tab.set(key, value);
    return isKept;
  }

  remove(key: string): void {
    this.#tab.delete(key);
    this.#try((storage) => storage.removeItem(key));
  }

  keys(): string[] {
    const kept = this.#try((storage) => Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? ""));
    return [...new Set([...this.#tab.keys(), ...(kept ?? [])])];
  }

  #try<R>(work: (storage: Storage) => R): R | null {
    try {
      return work(this.#browser());
    } catch {
      return null;
    }
  }
}

export const ofBrowser = new Store(() => localStorage);
export const ofTab = new Store(() => sessionStorage);
