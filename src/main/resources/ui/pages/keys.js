// Virtual keys: the list, one of them beside it, making one or many, what is shown once.
import { html, nothing } from 'lit';
import words from '../words/keys.js';
import { all, get, getForChange, newKey, pages, patch, path, post } from '../app/api.js';
import { addWords, t, word } from '../app/i18n.js';
import { micros, money, number, time } from '../app/format.js';
import { go, link, route, setQuery } from '../app/router.js';
import { can, session } from '../app/session.js';
import { keep, kept } from '../app/store.js';
import { conflict } from '../parts/conflict.js';
import { confirm } from '../parts/dialog.js';
import { Form } from '../parts/form.js';
import { icon } from '../parts/icons.js';
import { page, search, select, tabs } from '../parts/page.js';
import { Part } from '../parts/part.js';
import { Load, Paged, empty, told } from '../parts/states.js';
import { bar, chip, code, facts, name, notice, secret, tag, when } from '../parts/text.js';
import { toast } from '../parts/toast.js';
import { bodyOf, fields, patchOf, valuesOf } from './key-form.js';
import { snippets } from './key-snippets.js';

addWords(words);

const PAGE = 200;
const KINDS = { active: 'ok', disabled: 'off', expired: 'off', revoked: 'off' };
const OVERLAPS = ['24h', '1h', '168h', '0s'];
const NONE = html`<span class="quiet">–</span>`;

const stateOf = (key) => (key.state === 'active' && key.expires && new Date(key.expires) <= new Date() ? 'expired' : key.state ?? 'active');

function stateChip(key) {
  return key['out-of-force']
    ? chip('warn', t('keys.out-of-force'), key['out-of-force'])
    : chip(KINDS[stateOf(key)], t('keys.state.' + stateOf(key)));
}

/** 'rpm 60 · tpm 100,000' */
function limitsOf(key) {
  const parts = Object.entries(key.limits ?? {}).filter(([, value]) => typeof value === 'number').map(([limit, value]) => limit + ' ' + number(value));
  return parts.length ? parts.join(' · ') : null;
}

function budgetOf(key) {
  return key.budget?.amount == null ? null : `${number(key.budget.amount, 2)} / ${word('keys.budget', key.budget.every ?? 'total')}`;
}

/** A cell of a CSV file that no spreadsheet takes for a formula. */
function cell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return '"' + safe.replaceAll('"', '""') + '"';
}

function download(file, type, text) {
  const at = URL.createObjectURL(new Blob([text], { type }));
  const a = document.createElement('a');
  a.href = at;
  a.download = file;
  a.click();
  URL.revokeObjectURL(at);
}

class KeysPage extends Part {
  static properties = { dialog: { state: true }, made: { state: true }, sample: { state: true }, more: { state: true } };

  #asked;
  #soon = 0;

  constructor() {
    super();
    this.watch(route);
    this.keys = new Paged(this, async (cursor, signal) => {
      const answer = await get('/keys', { limit: PAGE, ...this.#filter(), cursor }, { signal });
      return { rows: answer.keys, cursor: answer['next-cursor'] };
    }, { eager: false });
    this.teams = new Load(this, (signal) => all('/teams', 'teams', {}, { signal }));
    this.models = new Load(this, (signal) => all('/models', 'models', {}, { signal }));
    this.one = new Load(this, (signal) => getForChange(path('keys', route.value.rest[0]), {}, { signal }), { eager: false });
    this.budget = new Load(this, (signal) => this.#budget(route.value.rest[0], signal), { eager: false });
    this.form = new Form(this, valuesOf());
    this.rotation = new Form(this, { overlap: '24h' });
    this.sample = 'curl';
  }

  disconnectedCallback() {
    clearTimeout(this.#soon);
    super.disconnectedCallback();
  }

  get names() {
    return {
      teams: (this.teams.value ?? []).map((team) => team.name),
      models: (this.models.value ?? []).map((model) => model.name),
    };
  }

  #filter() {
    const { q, state, team } = route.value.query;
    return { search: q, state, team };
  }

  /** Budgets are listed in the order of their scopes, so most are passed quickly. */
  async #budget(called, signal) {
    const scope = 'key:' + called;
    for await (const budgets of pages('/budgets', 'budgets', { limit: 200 }, { signal })) {
      const found = budgets.find((budget) => budget.scope === scope);
      if (found) {
        return found;
      }
    }
    return null;
  }

  willUpdate() {
    const opened = route.value.page === 'keys' ? route.value.rest[0] : undefined;
    if (opened !== this.opened) {
      this.opened = opened;
      this.one.value = undefined;
      this.budget.value = undefined;
      if (opened) {
        this.one.reload().then((found) => found?.body.budget && this.budget.reload());
      }
    }
    const asked = JSON.stringify(this.#filter());
    if (asked !== this.#asked && route.value.page === 'keys') {
      const first = this.#asked === undefined;
      this.#asked = asked;
      clearTimeout(this.#soon);
      // Not with every letter that is typed.
      this.#soon = setTimeout(() => this.keys.reload(), first ? 0 : 200);
    }
  }

  get columns() {
    return [
      { id: 'name', label: t('common.name'), width: 'minmax(10rem, 2fr)', cell: (key) => name(key.name) },
      { id: 'state', label: t('keys.state'), width: 'minmax(6rem, 8rem)', cell: stateChip },
      { id: 'team', label: t('keys.team'), narrow: false, cell: (key) => (key.team ? name(key.team) : NONE) },
      { id: 'models', label: t('keys.models'), width: 'minmax(8rem, 2fr)', narrow: false, cell: (key) => (key.models?.length ? name(key.models.join(', ')) : html`<span class="quiet">${t('keys.models.all')}</span>`) },
      { id: 'limits', label: t('keys.limits'), width: 'minmax(8rem, 2fr)', narrow: false, cell: (key) => limitsOf(key) ?? NONE },
      { id: 'budget', label: t('keys.budget'), narrow: false, cell: (key) => budgetOf(key) ?? NONE },
      { id: 'used', label: t('keys.used'), width: 'minmax(6rem, 8rem)', cell: (key) => when(key['last-used']) },
    ];
  }

  #table(keys) {
    return html`<sl-table fill opens .columns=${this.columns} .rows=${keys} .selected=${this.opened} ?more=${Boolean(this.keys.cursor)} label=${t('page.keys')}
      @more=${() => this.keys.more()} @open=${(event) => go('keys', event.detail.name, route.value.query)}></sl-table>`;
  }

  #nothing() {
    const filtered = Object.values(this.#filter()).some(Boolean);
    return filtered
      ? empty({ icon: 'search', title: t('common.no-match'), text: t('common.no-match.text'),
          action: html`<button type="button" class="button" @click=${() => setQuery({ q: null, state: null, team: null })}>${t('common.clear-filters')}</button>` })
      : empty({ icon: 'keys', title: t('keys.empty'), text: t('keys.empty.text'), action: can('operator') ? this.#newButton() : undefined });
  }

  #newButton() {
    return html`<button type="button" class="button primary" @click=${() => this.#start('create')}>${icon('plus')}${t('keys.create')}</button>`;
  }

  // Making and changing

  #start(dialog, key) {
    this.form.start({ ...valuesOf(key), ...(key ? {} : { team: session.value?.team ?? '' }) });
    this.once = newKey();
    this.made = undefined;
    this.dialog = dialog;
  }

  async #create() {
    const called = this.form.get('name').trim();
    if (!called) {
      this.form.fail('name', t('form.required'));
      return;
    }
    const body = bodyOf(this.form);
    const made = body && (await this.form.send(() => post('/keys', { name: called, key: this.form.get('key') || undefined, ...body }, { key: this.once })));
    if (made) {
      this.#show(made.name, made.key);
    }
  }

  async #createMany() {
    const names = [...new Set(this.form.get('names').split('\n').map((line) => line.trim()).filter(Boolean))];
    if (!names.length) {
      this.form.fail('names', t('keys.batch.none'));
      return;
    }
    const body = bodyOf(this.form);
    const made = body && (await this.form.send(() => post('/key-batches', { names, ...body }, { key: this.once })));
    if (made) {
      this.made = { keys: made.keys };
      this.keys.reload();
    }
  }

  #show(called, text) {
    this.made = { name: called, text };
    this.sample = 'curl';
    this.keys.reload();
  }

  async #change() {
    const { body: key, etag } = this.one.value;
    const changes = patchOf(this.form, key);
    if (!changes) {
      return;
    }
    if (Object.keys(changes).length === 0) {
      this.form.start(this.form.values);
      this.dialog = undefined;
      return;
    }
    if (await this.form.send(() => this.#write(key, changes, etag))) {
      toast(t('keys.saved', { name: key.name }), { kind: 'ok' });
      this.dialog = undefined;
      this.#again();
    }
  }

  /** Writes; when somebody else was faster, asks whose it is to be. */
  async #write(key, changes, etag) {
    try {
      return await patch(path('keys', key.name), changes, etag);
    } catch (problem) {
      if (!problem.stale) {
        throw problem;
      }
      const now = await getForChange(path('keys', key.name));
      const choice = await conflict({ mine: { ...now.body, ...changes }, theirs: now.body });
      if (choice === 'mine') {
        return this.#write(key, changes, now.etag);
      }
      this.one.value = now;
      if (choice === 'theirs') {
        this.form.start(valuesOf(now.body));
      }
      throw problem;
    }
  }

  async #again() {
    this.keys.reload();
    const found = await this.one.reload();
    if (found?.body.budget) {
      this.budget.reload();
    }
  }

  // What is done to one

  async #act(action, key) {
    if (action === 'revoke' && !(await confirm({ title: t('keys.revoke.title', { name: key.name }), text: t('keys.revoke.text'), action: t('keys.revoke'), danger: true }))) {
      return;
    }
    try {
      await post(path('keys', key.name, action));
      toast(t('keys.did.' + action, { name: key.name }), { kind: 'ok' });
    } catch (problem) {
      told(problem);
    }
    this.#again();
  }

  #startRotation() {
    this.rotation.start({ overlap: '24h' });
    this.once = newKey();
    this.made = undefined;
    this.dialog = 'rotate';
  }

  async #rotate(key) {
    const made = await this.rotation.send(() => post(path('keys', key.name, 'rotate'), { overlap: this.rotation.get('overlap') }, { key: this.once }));
    if (made) {
      this.#show(key.name, made.key);
      this.one.reload();
    }
  }

  // What is seen

  #detail({ body: key }) {
    const files = key.origin === 'files';
    return html`${files ? notice('info', t('keys.files.text')) : nothing}
      ${key['out-of-force'] ? notice('warn', html`<bdi>${key['out-of-force']}</bdi>`) : nothing}
      ${facts([
        [t('keys.state'), stateChip(key)],
        [t('keys.team'), key.team ? name(key.team) : NONE],
        [t('keys.models'), key.models?.length ? key.models.map((each) => tag(each)) : t('keys.models.all')],
        key['deny-models']?.length ? [t('keys.deny-models'), key['deny-models'].map((each) => tag(each))] : null,
        key.endpoints?.length ? [t('keys.endpoints'), key.endpoints.map((each) => tag(each))] : null,
        key['allow-from']?.length ? [t('keys.allow-from'), key['allow-from'].map((each) => tag(each))] : null,
        [t('keys.limits'), limitsOf(key) ?? t('keys.limits.none')],
        [t('keys.budget'), key.budget ? this.#spent(key) : t('keys.budget.none')],
        [t('keys.expires'), key.expires ? when(key.expires) : t('common.never')],
        [t('keys.used'), when(key['last-used'])],
        key['created-at'] ? [t('keys.created'), when(key['created-at'])] : null,
        key['created-by'] ? [t('keys.created-by'), name(key['created-by'])] : null,
        [t('keys.origin'), t('keys.origin.' + (files ? 'files' : 'store'))],
        key.credentials?.length ? [t('keys.texts'), key.credentials.map((each) => html`<p class="mono">${each.fingerprint}${each.until
          ? html` <span class="quiet">${t('keys.texts.until', { when: time(each.until) })}</span>` : nothing}</p>`)] : null,
      ])}
      <p><a href=${link('usage', [], { key: key.name })}>${t('keys.usage')}</a></p>`;
  }

  #spent(key) {
    const state = this.budget.value;
    if (!state) {
      return budgetOf(key);
    }
    return html`${bar({ used: state['spent-micros'], leased: state['held-micros'], limit: state['amount-micros'], label: t('keys.budget') })}
      <p>${t('keys.budget.line', {
        spent: micros(state['spent-micros'], state.currency), amount: money(state['amount-micros'] / 1e6, state.currency), held: micros(state['held-micros'], state.currency),
      })}</p>${state['renews-at'] ? html`<p class="quiet">${t('keys.budget.renews', { when: time(state['renews-at']) })}</p>` : nothing}`;
  }

  #actions(key) {
    if (!can('operator') || key.origin === 'files' || key.state === 'revoked') {
      return undefined;
    }
    const toggle = key.state === 'disabled' ? 'enable' : 'disable';
    return html`<button type="button" class="button danger" @click=${() => this.#act('revoke', key)}>${t('keys.revoke')}</button>
      <span class="grow"></span>
      <button type="button" class="button" @click=${() => this.#act(toggle, key)}>${t('keys.' + toggle)}</button>
      <button type="button" class="button" @click=${() => this.#startRotation()}>${t('keys.rotate')}</button>
      <button type="button" class="button primary" @click=${() => this.#start('edit', key)}>${icon('edit')}${t('keys.edit')}</button>`;
  }

  #madeOne() {
    const base = kept('gateway', `${location.protocol}//${location.hostname}:8080`).replace(/\/+$/, '');
    const model = this.form.get('models').find((each) => !each.includes('*')) ?? this.names.models[0] ?? 'gpt-4o';
    const all = snippets(base, this.made.text, model);
    return html`${notice('warn', t('keys.made.text'))}${secret(this.made.text, t('keys.made', { name: this.made.name }))}
      <h3>${t('keys.snippets')}</h3>
      <label class="field"><span class="field-label">${t('keys.gateway')}</span><input class="mono" .value=${base} spellcheck="false" autocomplete="off"
        @change=${(event) => {
          keep('gateway', event.target.value.trim() || null);
          this.requestUpdate();
        }}><span class="field-hint">${t('keys.gateway.hint')}</span></label>
      ${tabs({ items: all, active: this.sample, choose: (id) => (this.sample = id), label: t('keys.snippets') })}
      ${code(all.find((each) => each.id === this.sample).text, { label: this.sample })}`;
  }

  #madeMany() {
    const keys = this.made.keys;
    const csv = () => download('keys.csv', 'text/csv;charset=utf-8', ['name,key', ...keys.map((key) => cell(key.name) + ',' + cell(key.key))].join('\r\n') + '\r\n');
    return html`${notice('warn', t('keys.batch.made.text'), html`<button type="button" class="button primary" @click=${csv}>${icon('download')}${t('keys.batch.csv')}</button>`)}
      ${code(keys.map((key) => key.name + '  ' + key.key).join('\n'), { max: true })}`;
  }

  #body() {
    if (this.made) {
      return this.made.keys ? this.#madeMany() : this.#madeOne();
    }
    switch (this.dialog) {
      case 'create':
        return this.form.render(html`
          ${this.form.text('name', { label: t('common.name'), hint: t('keys.name.hint'), required: true, autofocus: true, maxLength: 64 })}
          ${fields(this.form, this.names)}
          <details class="more-fields"><summary>${t('keys.own')}</summary>
            ${this.form.text('key', { label: t('keys.own'), hint: t('keys.own.hint'), mono: true, maxLength: 512 })}</details>`, () => this.#create());
      case 'batch':
        return this.form.render(html`
          ${this.form.area('names', { label: t('keys.batch.names'), hint: t('keys.batch.names.hint'), required: true, autofocus: true, rows: 6, mono: true })}
          ${fields(this.form, this.names)}`, () => this.#createMany());
      case 'edit':
        return this.form.render(fields(this.form, this.names), () => this.#change());
      case 'rotate':
        return this.rotation.render(this.rotation.choice('overlap', {
          label: t('keys.rotate.overlap'), options: OVERLAPS.map((value) => ({ value, label: t('keys.rotate.overlap.' + value) })),
        }), () => this.#rotate(this.one.value.body));
      default:
        return nothing;
    }
  }

  #heading() {
    if (this.made) {
      return this.made.keys ? t('keys.batch.made', { n: this.made.keys.length }) : t('keys.made', { name: this.made.name });
    }
    const called = this.opened ?? '';
    return { create: t('keys.create'), batch: t('keys.batch'), edit: t('keys.edit.title', { name: called }), rotate: t('keys.rotate.title', { name: called }) }[this.dialog] ?? '';
  }

  #footer() {
    if (this.made) {
      return html`<button type="button" class="button primary" @click=${() => this.#close()}>${t('common.done')}</button>`;
    }
    const form = this.dialog === 'rotate' ? this.rotation : this.form;
    const label = { edit: t('common.save'), rotate: t('keys.rotate') }[this.dialog] ?? t('common.create');
    return html`<button type="button" class="button" @click=${() => this.#close()}>${t('common.cancel')}</button>${form.submit(label)}`;
  }

  async #close() {
    if (this.made || this.dialog === 'rotate' || (await this.form.mayClose())) {
      this.dialog = undefined;
      this.made = undefined;
    }
  }

  render() {
    const { q, state, team } = route.value.query;
    const found = this.one.value;
    return html`${page({
      title: t('page.keys'),
      lead: t('keys.lead'),
      fill: true,
      actions: can('operator')
        ? html`<button type="button" class="button" @click=${() => this.#start('batch')}>${icon('columns')}${t('keys.batch')}</button>${this.#newButton()}`
        : undefined,
      tools: html`${search({ value: q, label: t('keys.search'), input: (text) => setQuery({ q: text.slice(0, 64) }) })}
        ${select({ value: state, label: t('keys.state'), change: (value) => setQuery({ state: value }),
          options: [{ value: '', label: t('common.all') }, ...['active', 'disabled', 'revoked'].map((each) => ({ value: each, label: t('keys.state.' + each) }))] })}
        ${this.names.teams.length ? select({ value: team, label: t('keys.team'), change: (value) => setQuery({ team: value }),
          options: [{ value: '', label: t('keys.team') }, ...this.names.teams.map((each) => ({ value: each, label: each }))] }) : nothing}`,
      body: this.keys.render((keys) => this.#table(keys), { isEmpty: (keys) => keys.length === 0, empty: () => this.#nothing() }),
    })}
    <sl-dialog ?open=${Boolean(this.opened)} size="drawer" .heading=${name(this.opened ?? '')} @closed=${() => go('keys', [], route.value.query)}
      .body=${() => this.one.render((one) => this.#detail(one))} .footer=${found && this.#actions(found.body) ? () => this.#actions(found.body) : undefined}></sl-dialog>
    <sl-dialog ?open=${Boolean(this.dialog)} size="wide" ?fixed=${Boolean(this.made)} .heading=${this.#heading()} .body=${() => this.#body()} .footer=${() => this.#footer()}
      @closed=${() => this.#close()}></sl-dialog>`;
  }
}

customElements.define('sl-page-keys', KeysPage);
