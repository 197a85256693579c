// What a page shows while it has nothing to show, and the controller that knows which of them it is.
import { html, nothing } from 'lit';
import { ApiProblem, NetworkProblem } from '../app/api.js';
import { t } from '../app/i18n.js';
import { icon } from './icons.js';
import { toast } from './toast.js';

/** Grey lines in the place of what comes. */
export function loading(lines = 6) {
  return html`<div class="loading" role="status" aria-label=${t('common.loading')}>${Array.from({ length: lines }, () => html`<span></span>`)}</div>`;
}

/** Nothing is there, and what to do about it. */
export function empty({ icon: shape = 'info', title, text, action }) {
  return html`<div class="empty">${icon(shape)}<p class="empty-title">${title}</p>${text ? html`<p>${text}</p>` : nothing}
    ${action ? html`<div class="actions">${action}</div>` : nothing}</div>`;
}

/** What a failure is to people: { title, text, retry }. */
export function failure(problem) {
  if (problem instanceof NetworkProblem) {
    return { title: t('problem.network'), text: t('problem.network.text'), retry: true };
  }
  if (problem instanceof ApiProblem) {
    switch (problem.kind) {
      case 'no-store':
        return { title: t('problem.no-store'), text: t('problem.no-store.text'), retry: false };
      case 'store-unavailable':
        return { title: t('problem.store-unavailable'), text: t('problem.store-unavailable.text'), retry: true };
      case 'forbidden':
        return { title: t('problem.forbidden'), text: problem.detail, retry: false };
      case 'stale':
        return { title: t('problem.stale'), text: t('problem.stale.text'), retry: true };
      default:
        return { title: problem.status === 404 ? t('problem.not-found') : t('problem.failed'), text: problem.detail, retry: problem.status >= 429 };
    }
  }
  return { title: t('problem.defect'), text: String(problem?.message ?? problem), retry: true };
}

/** Shows a failure where there is no form. */
export function told(problem) {
  const { title, text } = failure(problem);
  toast(`${title}: ${text}`, { kind: 'bad' });
}

/** It could not be read. */
export function failed(problem, retry) {
  const { title, text, retry: worth } = failure(problem);
  return html`<div class="empty empty-bad" role="alert">${icon('error')}<p class="empty-title">${title}</p><p><bdi class="said">${text}</bdi></p>
    ${retry && worth ? html`<div class="actions"><button type="button" class="button" @click=${retry}>${icon('refresh')}${t('common.retry')}</button></div>` : nothing}</div>`;
}

/**
 * Reads something for its host, and shows what there is meanwhile. A newer question ends the one before it; what was read last stays in
 * sight while it is read again.
 */
export class Load {
  #host;
  #read;
  #ending;

  /**
   * @param read (signal) => promise of the value
   * @param options { eager: whether it reads when the host appears, true }
   */
  constructor(host, read, { eager = true } = {}) {
    this.#host = host;
    this.#read = read;
    this.eager = eager;
    this.value = undefined;
    this.problem = undefined;
    this.busy = false;
    host.addController(this);
  }

  hostConnected() {
    if (this.eager) {
      this.reload();
    }
  }

  hostDisconnected() {
    this.#ending?.abort();
  }

  /** Reads again. Gives the value, or undefined when it could not be read. */
  async reload() {
    this.#ending?.abort();
    const ending = new AbortController();
    this.#ending = ending;
    this.busy = true;
    this.#host.requestUpdate();
    try {
      const value = await this.#read(ending.signal);
      if (ending.signal.aborted) {
        return undefined;
      }
      this.value = value;
      this.problem = undefined;
      return value;
    } catch (problem) {
      if (ending.signal.aborted) {
        return undefined;
      }
      if (!(problem instanceof ApiProblem || problem instanceof NetworkProblem)) {
        console.error(problem);
      }
      this.problem = problem;
      return undefined;
    } finally {
      if (this.#ending === ending) {
        this.busy = false;
        this.#host.requestUpdate();
      }
    }
  }

  /**
   * What is to be seen.
   *
   * @param show (value) => template
   * @param options { lines of the loading state, isEmpty: (value) => boolean, empty: () => template }
   */
  render(show, { lines, isEmpty, empty: nothingThere } = {}) {
    if (this.value === undefined) {
      return this.problem ? failed(this.problem, () => this.reload()) : loading(lines);
    }
    const body = isEmpty?.(this.value) ? nothingThere() : show(this.value);
    if (!this.problem) {
      return body;
    }
    const { title, text } = failure(this.problem);
    return html`<div class="notice notice-bad" role="alert">${icon('error')}<div class="notice-body"><strong>${title}</strong> <bdi>${text}</bdi></div>
      <div class="actions"><button type="button" class="button" @click=${() => this.reload()}>${t('common.retry')}</button></div></div>${body}`;
  }
}

/** A list that is read page by page; .cursor is set while there are more. */
export class Paged extends Load {
  #host;
  #page;
  #reading = false;

  /**
   * @param page (cursor, signal) => promise of { rows, cursor }; the first page has no cursor
   * @param options as of Load
   */
  constructor(host, page, options) {
    super(host, async (signal) => {
      const { rows, cursor } = await page(undefined, signal);
      this.cursor = cursor;
      return rows;
    }, options);
    this.#host = host;
    this.#page = page;
    this.cursor = undefined;
  }

  /** Reads the next page behind the others. */
  async more() {
    const from = this.cursor;
    if (!from || this.#reading) {
      return;
    }
    this.#reading = true;
    try {
      const { rows, cursor } = await this.#page(from);
      // Unless it was read anew meanwhile.
      if (from === this.cursor) {
        this.cursor = cursor;
        this.value = [...this.value, ...rows];
      }
    } catch (problem) {
      this.cursor = undefined;
      told(problem);
    } finally {
      this.#reading = false;
      this.#host.requestUpdate();
    }
  }
}
