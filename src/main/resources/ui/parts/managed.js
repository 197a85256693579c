// Pages of what stands in the files or is managed by API: channels, models, teams, prices. One list, one of them beside it, what it says,
// a change with a preview, its history.
import { html, nothing } from 'lit';
import words from '../words/managed.js';
import { all, del, get, getForChange, newKey, path, post, put } from '../app/api.js';
import { addWords, t, word } from '../app/i18n.js';
import { time } from '../app/format.js';
import { go, route, setQuery } from '../app/router.js';
import { can } from '../app/session.js';
import { conflict } from './conflict.js';
import { comparable, diff } from './diff.js';
import { confirm } from './dialog.js';
import { Form } from './form.js';
import { icon } from './icons.js';
import { page, search, select } from './page.js';
import { Every, Part } from './part.js';
import { Load, empty, told } from './states.js';
import { chip, code, facts, name, notice, said, tag, when } from './text.js';
import { toast } from './toast.js';

addWords(words);

const STATES = { 'in-force': 'ok', 'out-of-force': 'warn', pending: 'busy' };

/** One that is coming, or out of force, has no place yet. */
const isStored = (entry) => entry.version !== undefined || entry.origin === 'store';
const SOON_MS = 1_500;

export const stateChip = (entry) => chip(STATES[entry.state] ?? 'off', word('managed.state', entry.state), entry.reasons?.join('\n'));

/** A page of one kind; kind is the last part of its path in the API, as 'channels'. */
export class ManagedPage extends Part {
  static properties = { dialog: { state: true }, preview: { state: true } };

  #opened;
  #soon = 0;

  constructor(kind) {
    super();
    this.kind = kind;
    this.watch(route);
    this.entries = new Load(this, (signal) => all('/' + kind, kind, {}, { signal }));
    this.one = new Load(this, (signal) => getForChange(path(kind, this.opened), {}, { signal }), { eager: false });
    this.versions = new Load(this, (signal) => get(path(kind, this.opened, 'history'), {}, { signal }), { eager: false });
    this.form = new Form(this, this.valuesOf({}));
    // What was stored a moment ago is in force a moment later.
    new Every(this, SOON_MS, () => [...(this.entries.value ?? []), this.one.value?.body].some((entry) => entry?.state === 'pending') && this.reload(false));
  }

  get opened() {
    return route.value.page === this.kind ? route.value.rest[0] : undefined;
  }

  willUpdate() {
    const opened = this.opened;
    if (opened !== this.#opened) {
      this.#opened = opened;
      this.one.value = undefined;
      this.one.problem = undefined;
      if (opened) {
        this.one.reload();
      }
    }
  }

  /** Reads again, and once more when the node has taken a change into force. */
  reload(more = true) {
    this.entries.reload();
    if (this.opened) {
      this.one.reload();
    }
    clearTimeout(this.#soon);
    this.#soon = more ? setTimeout(() => this.reload(false), SOON_MS) : 0;
  }

  disconnectedCallback() {
    clearTimeout(this.#soon);
    super.disconnectedCallback();
  }

  // What kinds do in a way of their own

  /** Columns between the name and the state. */
  get ownColumns() {
    return [];
  }

  /** The values of the form for a document. */
  valuesOf(document) {
    const { name: called = '', ...rest } = document;
    return { name: called, document: Object.keys(rest).length ? JSON.stringify(rest, null, 2) : '{\n  \n}' };
  }

  /** The fields of the form, but for the name. */
  fields() {
    return this.form.area('document', { label: t('managed.document'), hint: t('managed.document.hint'), required: true, mono: true, rows: 16 });
  }

  /** What the form says as a document without a name; undefined when a field is wrong, which is told there. */
  documentOf() {
    return this.object('document');
  }

  /** Actions on a stored one, beside those that all have. */
  ownActions() {
    return nothing;
  }

  /** What stands above the definition of one. */
  ownFacts() {
    return [];
  }

  /** Dialogs of a kind's own. */
  ownDialogs() {
    return nothing;
  }

  /** A JSON object that was typed. */
  object(field) {
    try {
      const value = JSON.parse(this.form.get(field).trim() || '{}');
      if (value === null || typeof value !== 'object' || Array.isArray(value)) {
        throw new SyntaxError(typeof value);
      }
      return value;
    } catch (problem) {
      this.form.fail(field, t('managed.document.wrong', { why: problem.message }));
      return undefined;
    }
  }

  // Making and changing

  start(dialog, document = {}) {
    this.form.start(this.valuesOf(document));
    this.once = newKey();
    this.preview = undefined;
    this.dialog = dialog;
  }

  /** Asks the API what would become of it; what it says is shown before anything is stored. */
  async look() {
    const document = this.documentOf();
    const called = this.dialog === 'edit' ? this.opened : this.form.get('name').trim();
    if (!called) {
      this.form.fail('name', t('form.required'));
      return;
    }
    if (!document) {
      return;
    }
    const answer = await this.form.send(() => this.dialog === 'edit'
      ? put(path(this.kind, called), document, this.one.value.etag, { query: { 'dry-run': true } })
      : post('/' + this.kind, { name: called, ...document }, { query: { 'dry-run': true } }));
    if (answer) {
      this.preview = { called, document, before: this.dialog === 'edit' ? this.one.value.body.document : {}, after: answer.document };
    }
  }

  async save() {
    const { called, document } = this.preview;
    const saved = await this.form.send(() => this.dialog === 'edit'
      ? this.#replace(called, document, this.one.value.etag)
      : post('/' + this.kind, { name: called, ...document }, { key: this.once }));
    if (!saved) {
      this.preview = undefined;
      return;
    }
    toast(t('managed.saved', { name: called }), { kind: 'ok' });
    this.dialog = undefined;
    this.preview = undefined;
    this.entries.reload();
    if (called === this.opened) {
      this.one.reload();
    } else {
      go(this.kind, called, route.value.query);
    }
  }

  async #replace(called, document, etag) {
    try {
      return await put(path(this.kind, called), document, etag);
    } catch (problem) {
      if (!problem.stale) {
        throw problem;
      }
      const now = await getForChange(path(this.kind, called));
      const choice = await conflict({ mine: document, theirs: now.body.document });
      if (choice === 'mine') {
        return this.#replace(called, document, now.etag);
      }
      this.one.value = now;
      if (choice === 'theirs') {
        this.form.start(this.valuesOf({ name: called, ...now.body.document }));
      }
      throw problem;
    }
  }

  async #delete(entry, etag) {
    if (!(await confirm({ title: t('managed.delete.title', { name: entry.name }), text: t('managed.delete.text'), action: t('managed.delete'), danger: true }))) {
      return;
    }
    try {
      await del(path(this.kind, entry.name), etag);
      toast(t('managed.deleted', { name: entry.name }), { kind: 'ok' });
      go(this.kind, [], route.value.query);
    } catch (problem) {
      told(problem);
      this.one.reload();
    }
    this.entries.reload();
  }

  async #restore(version) {
    const called = this.opened;
    if (!(await confirm({ title: t('managed.restore.title', { name: called, version }), text: t('managed.restore.text'), action: t('managed.restore') }))) {
      return;
    }
    try {
      await post(path(this.kind, called, 'restore'), { version }, { etag: this.one.value.etag });
      toast(t('managed.saved', { name: called }), { kind: 'ok' });
      this.dialog = undefined;
    } catch (problem) {
      told(problem);
    }
    this.reload();
  }

  async #close() {
    if (this.dialog === 'history' || (await this.form.mayClose())) {
      this.dialog = undefined;
      this.preview = undefined;
    }
  }

  // What is seen

  get #columns() {
    return [
      { id: 'name', label: t('common.name'), width: 'minmax(10rem, 2fr)', cell: (entry) => name(entry.name), sort: (entry) => entry.name },
      ...this.ownColumns,
      { id: 'state', label: t('managed.state'), width: 'minmax(6rem, 9rem)', cell: stateChip, sort: (entry) => entry.state },
      { id: 'origin', label: t('managed.origin'), narrow: false, cell: (entry) => (isStored(entry) ? t('managed.origin.store') : name(entry.origin ?? '')), sort: (entry) => entry.origin },
      { id: 'updated', label: t('managed.updated'), narrow: false, cell: (entry) => when(entry['updated-at']), sort: (entry) => entry['updated-at'] },
    ];
  }

  #createButton() {
    return html`<button type="button" class="button primary" @click=${() => this.start('create')}>${icon('plus')}${t(`managed.${this.kind}.create`)}</button>`;
  }

  #list(entries) {
    const { q = '', state = '' } = route.value.query;
    const wanted = q.toLowerCase();
    const rows = entries.filter((entry) => entry.name.toLowerCase().includes(wanted) && (!state || entry.state === state));
    return rows.length
      ? html`<sl-table fill opens .columns=${this.#columns} .rows=${rows} .selected=${this.opened} .sorting=${this.sorting} label=${t('page.' + this.kind)}
          @sorted=${(event) => (this.sorting = event.detail)} @open=${(event) => go(this.kind, event.detail.name, route.value.query)}></sl-table>`
      : empty({ icon: 'search', title: t('common.no-match'), text: t('common.no-match.text'),
          action: html`<button type="button" class="button" @click=${() => setQuery({ q: null, state: null })}>${t('common.clear-filters')}</button>` });
  }

  #detail({ body: entry }) {
    const stored = isStored(entry);
    return html`${stored ? nothing : notice('info', html`<bdi>${t('managed.files.text', { place: entry.origin })}</bdi>`)}
      ${(entry.reasons ?? []).map((reason) => notice('warn', said(reason)))}
      ${facts([
        [t('managed.state'), stateChip(entry)],
        ...this.ownFacts(entry),
        stored ? [t('managed.updated'), when(entry['updated-at'])] : null,
        stored ? [t('managed.updated-by'), name(entry['updated-by'] ?? '')] : null,
        stored ? [t('managed.version'), html`<span class="mono">${entry.version}</span>`] : null,
      ])}
      ${entry.document ? html`<h3>${t('managed.says')}</h3>${code(comparable(entry.document))}` : nothing}
      ${entry.effective ? html`<h3>${t('managed.in-force')}</h3>${code(comparable(entry.effective), { max: Boolean(entry.document) })}` : nothing}`;
  }

  #actions({ body: entry, etag }) {
    if (!can('operator')) {
      return undefined;
    }
    const copy = html`<button type="button" class="button" @click=${() => this.start('create', { ...(entry.document ?? entry.effective ?? {}), name: '' })}>${icon('copy')}${t('managed.copy')}</button>`;
    if (!isStored(entry)) {
      return html`<span class="grow"></span>${copy}`;
    }
    return html`<button type="button" class="button danger" @click=${() => this.#delete(entry, etag)}>${t('managed.delete')}</button><span class="grow"></span>
      <button type="button" class="button" @click=${() => {
        this.versions.value = undefined;
        this.dialog = 'history';
        this.versions.reload();
      }}>${icon('history')}${t('managed.history')}</button>${copy}${this.ownActions(entry)}
      <button type="button" class="button primary" @click=${() => this.start('edit', { name: entry.name, ...entry.document })}>${icon('edit')}${t('managed.edit')}</button>`;
  }

  #history({ versions }) {
    const stored = this.one.value && isStored(this.one.value.body);
    return versions.length <= 1 ? html`<p class="quiet">${t('managed.history.none')}</p>` : versions.map((version, i) => html`<section class="stack">
      <p><strong>${time(version.at)}</strong> ${t('managed.history.by', { name: version.by ?? '–' })} ${tag(String(version.version))} ${version.deleted ? chip('off', t('managed.history.deleted')) : nothing}
        ${!version.current && !version.deleted && stored && can('operator')
          ? html`<button type="button" class="button" @click=${() => this.#restore(version.version)}>${icon('history')}${t('managed.restore')}</button>` : nothing}</p>
      ${diff(versions[i + 1] ? comparable(versions[i + 1].document) : '{}', comparable(version.document))}</section>`);
  }

  #body() {
    if (this.dialog === 'history') {
      return this.versions.render((found) => this.#history(found));
    }
    if (this.preview) {
      return html`<p>${t('managed.preview.lead')}</p>${diff(comparable(this.preview.before ?? {}), comparable(this.preview.after ?? this.preview.document))}`;
    }
    return this.form.render(html`${this.dialog === 'create'
      ? this.form.text('name', { label: t('common.name'), required: true, autofocus: true, maxLength: 128 }) : nothing}${this.fields()}`, () => this.look());
  }

  #footer() {
    if (this.dialog === 'history') {
      return html`<button type="button" class="button primary" @click=${() => this.#close()}>${t('common.done')}</button>`;
    }
    return this.preview
      ? html`<button type="button" class="button" @click=${() => (this.preview = undefined)}>${t('managed.back')}</button>
          <button type="button" class="button primary" ?disabled=${this.form.busy} @click=${() => this.save()}>${this.dialog === 'edit' ? t('common.save') : t('common.create')}</button>`
      : html`<button type="button" class="button" @click=${() => this.#close()}>${t('common.cancel')}</button>${this.form.submit(t('managed.preview'))}`;
  }

  #heading() {
    if (this.preview) {
      return t('managed.preview.title');
    }
    return { create: t(`managed.${this.kind}.create`), edit: t('managed.edit.title', { name: this.opened ?? '' }), history: t('managed.history') }[this.dialog] ?? '';
  }

  render() {
    const { q, state } = route.value.query;
    const found = this.one.value;
    const own = ['create', 'edit', 'history'].includes(this.dialog);
    return html`${page({
      title: t('page.' + this.kind),
      lead: t(`managed.${this.kind}.lead`),
      fill: true,
      actions: can('operator') ? this.#createButton() : undefined,
      tools: html`${search({ value: q, label: t('managed.search'), input: (text) => setQuery({ q: text }) })}
        ${select({ value: state, label: t('managed.state'), change: (value) => setQuery({ state: value }),
          options: [{ value: '', label: t('common.all') }, ...Object.keys(STATES).map((each) => ({ value: each, label: t('managed.state.' + each) }))] })}`,
      body: this.entries.render((entries) => this.#list(entries), {
        isEmpty: (entries) => entries.length === 0,
        empty: () => empty({ icon: this.kind, title: t(`managed.${this.kind}.empty`), text: t('managed.empty.text'), action: can('operator') ? this.#createButton() : undefined }),
      }),
    })}
    <sl-dialog ?open=${Boolean(this.opened)} size="drawer" .heading=${name(this.opened ?? '')} @closed=${() => go(this.kind, [], route.value.query)}
      .body=${() => this.one.render((one) => this.#detail(one))} .footer=${found && this.#actions(found) ? () => this.#actions(found) : undefined}></sl-dialog>
    <sl-dialog ?open=${own} size="wide" .heading=${this.#heading()} .body=${() => this.#body()} .footer=${() => this.#footer()} @closed=${() => this.#close()}></sl-dialog>
    ${this.ownDialogs()}`;
  }
}
