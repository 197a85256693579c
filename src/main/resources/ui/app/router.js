// Where the reader is: #/page/rest/of/path?query. Pages never touch location themselves.
import { Signal } from './store.js';

const guards = new Set();
let before = location.hash;
let restoring = false;

function read() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter(Boolean).map(safe);
  return { page: parts[0] ?? '', rest: parts.slice(1), query: Object.fromEntries(new URLSearchParams(query)) };
}

function safe(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** { page, rest: [...], query: {...} } */
export const route = new Signal(read());

/** The address of a place: link('pool', ['openai', 'a1'], {state: 'ok'}). Parts and values may be any text. */
export function link(page, rest = [], query = {}) {
  const path = [page, ...[].concat(rest)].map(encodeURIComponent).join('/');
  const given = Object.entries(query).filter(([, value]) => value != null && value !== '');
  return '#/' + path + (given.length ? '?' + new URLSearchParams(given) : '');
}

/** Goes there. */
export function go(page, rest, query) {
  location.hash = link(page, rest, query);
}

/** Changes the query of the place without a step in the history: filters, tabs, sort. null takes a name away. */
export function setQuery(changes) {
  const now = route.value;
  history.replaceState(null, '', link(now.page, now.rest, { ...now.query, ...changes }));
  before = location.hash;
  route.value = read();
}

/**
 * Asks before the place is left, as long as what it gives back has not been called.
 *
 * @param mayLeave gives true, or a promise of it
 */
export function guard(mayLeave) {
  guards.add(mayLeave);
  return () => guards.delete(mayLeave);
}

addEventListener('hashchange', async () => {
  if (restoring) {
    restoring = false;
    return;
  }
  const wanted = location.hash;
  for (const mayLeave of [...guards]) {
    const answer = mayLeave();
    if (answer === true) {
      continue;
    }
    // Back until it is known.
    restoring = true;
    location.hash = before;
    if (!(await answer)) {
      return;
    }
    guards.delete(mayLeave);
    restoring = true;
    location.hash = wanted;
  }
  before = wanted;
  route.value = read();
});
