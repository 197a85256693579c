// Who is signed in. The cookie is the browser's; what is here is what the server said about it.
import { Signal, keep, kept } from './store.js';

const PATH = '/admin/v1/session';
const ROLES = ['viewer', 'operator', 'owner'];

/** undefined while it is not known, null when nobody is signed in, else what GET /admin/v1/session says. */
export const session = new Signal(undefined);

/** Set while a page waits for somebody to sign in again: { resolve, reject }. */
export const lost = new Signal(null);

/** Whether who is signed in has at least this role. */
export function can(role) {
  const have = ROLES.indexOf(session.value?.role);
  return have >= 0 && have >= ROLES.indexOf(role);
}

async function problem(answer) {
  const body = await answer.json().catch(() => ({}));
  const error = new Error(body.detail ?? answer.statusText);
  error.status = answer.status;
  error.retryAfter = Number(answer.headers.get('retry-after')) || 0;
  return error;
}

/** Asks who is signed in, if this browser ever signed in here. Fails when nobody answers. */
export async function load() {
  if (!kept('signed-in') && location.search !== '?signed-in') {
    session.value = null;
    return;
  }
  const answer = await fetch(PATH, { cache: 'no-store' });
  if (answer.ok) {
    session.value = await answer.json();
    keep('signed-in', '1');
  } else if (answer.status === 401) {
    keep('signed-in', null);
    session.value = null;
  } else {
    throw await problem(answer);
  }
}

/** Changes a token for a session. Fails with { status, message, retryAfter }. */
export async function signIn(token) {
  const answer = await fetch(PATH, { method: 'POST', headers: { authorization: 'Bearer ' + token } });
  if (!answer.ok) {
    throw await problem(answer);
  }
  const next = await answer.json();
  keep('signed-in', '1');
  const last = session.value;
  const waiting = lost.value;
  lost.value = null;
  if (last && (last.name !== next.name || last.role !== next.role || last.team !== next.team)) {
    // Somebody else: nothing of the last one's is theirs.
    location.reload();
    return;
  }
  session.value = next;
  waiting?.resolve();
}

/** Signs out, here and on the server. */
export async function signOut() {
  await fetch(PATH, { method: 'DELETE', headers: { 'x-sluice-csrf': session.value?.csrf ?? '' } });
  keep('signed-in', null);
  // All that pages have read goes with it.
  location.hash = '';
  location.reload();
}

/** The server knows the session no more: waits, with the page as it is, until somebody has signed in again. */
export function signInAgain() {
  if (!lost.value) {
    let resolve;
    let reject;
    const promise = new Promise((done, failed) => {
      resolve = done;
      reject = failed;
    });
    lost.value = { resolve, reject, promise };
  }
  return lost.value.promise;
}
