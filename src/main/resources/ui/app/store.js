// Values that others watch. The only state that is shared between pages.

/** A value; whoever subscribed hears of each new one. */
export class Signal {
  #value;
  #heard = new Set();

  constructor(value) {
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  set value(next) {
    if (next !== this.#value) {
      this.#value = next;
      for (const hear of [...this.#heard]) {
        hear(next);
      }
    }
  }

  /** Calls with every new value, until what it gives back is called. */
  subscribe(hear) {
    this.#heard.add(hear);
    return () => this.#heard.delete(hear);
  }

  get watched() {
    return this.#heard.size;
  }
}

/** Kept in this browser, when it keeps anything. */
export function kept(name, otherwise) {
  try {
    return localStorage.getItem('sluice.' + name) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Keeps a text in this browser; null forgets it. Never a secret. */
export function keep(name, text) {
  try {
    if (text === null) {
      localStorage.removeItem('sluice.' + name);
    } else {
      localStorage.setItem('sluice.' + name, text);
    }
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

/** 'online', or 'offline' after a request that reached nobody. */
export const connection = new Signal('online');
