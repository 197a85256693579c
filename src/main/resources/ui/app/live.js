// What changes, as it changes: one connection for the whole page, open while something that is shown needs it and the page is seen.
import { BASE, get } from './api.js';
import { Signal } from './store.js';

const HIDDEN_MS = 20_000;
const topics = new Map();
let source;
let opened = '';
let planned = 0;

/** 'off', 'connecting' or 'on'. */
export const liveState = new Signal('off');

class Topic {
  users = 0;

  constructor(name) {
    this.name = name;
    /** Map of entries by name; undefined until the first have come. A new Map at each change; entries that did not change are the same. */
    this.entries = new Signal(undefined);
  }

  take({ whole, set, gone = [] }) {
    const next = whole ? new Map() : new Map(this.entries.value);
    for (const [name, entry] of Object.entries(set)) {
      next.set(name, entry);
    }
    gone.forEach((name) => next.delete(name));
    this.entries.value = next;
  }
}

function topicOf(name) {
  if (!topics.has(name)) {
    topics.set(name, new Topic(name));
  }
  return topics.get(name);
}

function plan(ms = 50) {
  clearTimeout(planned);
  planned = setTimeout(connect, ms);
}

function wanted() {
  return document.hidden ? [] : [...topics.values()].filter((topic) => topic.users > 0).map((topic) => topic.name).sort();
}

function connect() {
  const names = wanted();
  const query = names.map((name) => 'topic=' + name).join('&');
  if (query === opened && source?.readyState !== EventSource.CLOSED) {
    return;
  }
  source?.close();
  source = undefined;
  opened = query;
  if (!names.length) {
    liveState.value = 'off';
    return;
  }
  liveState.value = 'connecting';
  const mine = new EventSource(`${BASE}/live?${query}`);
  source = mine;
  mine.addEventListener('open', () => (liveState.value = 'on'));
  mine.addEventListener('error', () => {
    liveState.value = 'connecting';
    if (mine.readyState === EventSource.CLOSED && source === mine) {
      // Not told why. If nobody is signed in any more this says so, and waits until somebody is.
      opened = '';
      get('/session', {}, { background: true }).then(() => plan(3_000), () => plan(5_000));
    }
  });
  for (const name of names) {
    mine.addEventListener(name, (event) => topicOf(name).take(JSON.parse(event.data)));
  }
}

document.addEventListener('visibilitychange', () => plan(document.hidden ? HIDDEN_MS : 0));

/**
 * A topic for its host, which is drawn again at each change: new Live(this, 'pool').
 *
 * .entries is a Map by name, undefined until the first have come; .get(name) is one of them.
 */
export class Live {
  #host;
  #topic;
  #stop;

  constructor(host, name) {
    this.#host = host;
    this.#topic = topicOf(name);
    host.addController(this);
  }

  hostConnected() {
    this.#topic.users++;
    this.#stop = this.#topic.entries.subscribe(() => this.#host.requestUpdate());
    plan();
  }

  hostDisconnected() {
    this.#topic.users--;
    this.#stop();
    if (this.#topic.users === 0) {
      this.#topic.entries.value = undefined;
    }
    plan();
  }

  get entries() {
    return this.#topic.entries.value;
  }

  get(name) {
    return this.entries?.get(name);
  }
}
