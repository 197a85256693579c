// The admin API. Everything the console does goes through here, and anybody can do the same with curl.
import { session, signInAgain } from './session.js';
import { connection } from './store.js';

export const BASE = '/admin/v1';

/** What the API answered when it did not do it: application/problem+json. */
export class ApiProblem extends Error {
  constructor(status, body, retryAfter) {
    super(body.detail || body.title || 'HTTP ' + status);
    this.name = 'ApiProblem';
    this.status = status;
    this.kind = String(body.type ?? '').split(':').pop();
    this.title = body.title ?? '';
    this.detail = body.detail ?? '';
    /** [{in, field, rule, detail}] */
    this.errors = body.errors ?? [];
    /** Seconds; 0 for none. */
    this.retryAfter = retryAfter;
    this.body = body;
  }

  /** Somebody changed it since it was read. */
  get stale() {
    return this.status === 412;
  }
}

/** Nobody answered: the node restarts, or the network is gone. */
export class NetworkProblem extends Error {
  constructor(cause) {
    super('network', { cause });
    this.name = 'NetworkProblem';
    this.status = 0;
    this.errors = [];
  }
}

function url(path, query) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const each of [].concat(value)) {
      if (each != null && each !== '') {
        search.append(name, each);
      }
    }
  }
  const text = search.toString();
  return BASE + path + (text ? '?' + text : '');
}

/** A path of names that may be any text: path('keys', name) → /keys/NAME. */
export function path(...parts) {
  return '/' + parts.map(encodeURIComponent).join('/');
}

/**
 * Asks, and gives the Response as it comes, for streams. Signs in again when the session has ended, and asks again then.
 *
 * @param options { query, body, etag, key, background, signal, accept }
 */
export async function request(method, at, options = {}) {
  const headers = { accept: options.accept ?? 'application/json' };
  const init = { method, headers, signal: options.signal, cache: 'no-store' };
  if (options.body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(options.body);
  }
  if (options.etag) {
    headers['if-match'] = options.etag;
  }
  if (options.key) {
    headers['idempotency-key'] = options.key;
  }
  if (options.background) {
    // Asked by the page and not by somebody: keeps nobody signed in.
    headers['x-sluice-background'] = '1';
  }
  for (;;) {
    if (method !== 'GET') {
      headers['x-sluice-csrf'] = session.value?.csrf ?? '';
    }
    let answer;
    try {
      answer = await fetch(url(at, options.query), init);
    } catch (failure) {
      if (failure.name === 'AbortError') {
        throw failure;
      }
      connection.value = 'offline';
      throw new NetworkProblem(failure);
    }
    connection.value = 'online';
    if (answer.status === 401) {
      await signInAgain();
      continue;
    }
    if (!answer.ok) {
      const body = await answer.json().catch(() => ({}));
      throw new ApiProblem(answer.status, body, Number(answer.headers.get('retry-after')) || 0);
    }
    return answer;
  }
}

async function json(answer) {
  return answer.status === 204 ? null : answer.json();
}

/** Reads. get('/tokens', {limit: 10}, {signal, background}) */
export async function get(at, query, options) {
  return json(await request('GET', at, { ...options, query }));
}

/** Reads what will be changed: { body, etag }. */
export async function getForChange(at, query, options) {
  const answer = await request('GET', at, { ...options, query });
  return { body: await json(answer), etag: answer.headers.get('etag') };
}

/** Creates, or does. Give the same options.key (newKey()) when a create is tried again. */
export async function post(at, body, options) {
  return json(await request('POST', at, { ...options, body }));
}

/** Replaces what had this ETag. */
export async function put(at, body, etag, options) {
  return json(await request('PUT', at, { ...options, body, etag }));
}

/** Changes some fields of what had this ETag. */
export async function patch(at, body, etag, options) {
  return json(await request('PATCH', at, { ...options, body, etag }));
}

/** Deletes what had this ETag. */
export async function del(at, etag, options) {
  return json(await request('DELETE', at, { ...options, etag }));
}

/** An Idempotency-Key for one create, however often it is tried. */
export function newKey() {
  return crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join('-');
}

/**
 * All entries of a list, page by page: for await (const entries of pages('/tokens', 'tokens')) …
 *
 * @param name of the list in the answer
 */
export async function* pages(at, name, query = {}, options = {}) {
  let cursor;
  do {
    const answer = await get(at, { limit: 1000, ...query, cursor }, options);
    yield answer[name];
    cursor = answer['next-cursor'];
  } while (cursor);
}

/** The same in one list, at most so many. */
export async function all(at, name, query, options = {}) {
  const entries = [];
  for await (const page of pages(at, name, query, options)) {
    entries.push(...page);
    if (entries.length >= (options.most ?? 20_000)) {
      break;
    }
  }
  return entries;
}
