// Channels: upstream services, with their accounts pasted in, and what their providers offer.
import { html, nothing } from 'lit';
import { get, path, post } from '../app/api.js';
import { t } from '../app/i18n.js';
import { number } from '../app/format.js';
import { link } from '../app/router.js';
import { can } from '../app/session.js';
import { Form } from '../parts/form.js';
import { icon } from '../parts/icons.js';
import { ManagedPage } from '../parts/managed.js';
import { Load } from '../parts/states.js';
import { name, notice, tag } from '../parts/text.js';
import { toast } from '../parts/toast.js';

/** Fields of the form; the rest of a document is JSON. */
const OWN = ['type', 'base-url', 'models', 'priority', 'weight', 'allow-private'];

/** { 'gpt-4o': {}, small: {upstream: 'gpt-4o-mini'} } as ['gpt-4o', 'small=gpt-4o-mini']; what says more stays as it is. */
function modelsAsText(models = {}) {
  return Object.entries(models).map(([model, says]) => (says?.upstream ? `${model}=${says.upstream}` : model));
}

function modelsOf(texts, before = {}) {
  return Object.fromEntries(texts.map((text) => {
    const at = text.indexOf('=');
    const model = at < 0 ? text : text.slice(0, at).trim();
    const says = { ...before[model] };
    delete says.upstream;
    return [model, at < 0 ? says : { ...says, upstream: text.slice(at + 1).trim() }];
  }));
}

class ChannelsPage extends ManagedPage {
  static properties = { pasted: { state: true }, adding: { state: true }, fetching: { state: true } };

  constructor() {
    super('channels');
    this.types = new Load(this, (signal) => get('/provider-types', {}, { signal }));
    this.paste = new Form(this, { keys: '' });
    this.offered = new Load(this, () => post(path('channels', this.opened, 'fetch-models'), {}), { eager: false });
  }

  get ownColumns() {
    const of = (entry) => entry.document ?? entry.effective ?? {};
    return [
      { id: 'type', label: t('managed.channel.type'), width: 'minmax(6rem, 9rem)', cell: (entry) => name(String(of(entry).type ?? of(entry).preset ?? '')), sort: (entry) => of(entry).type },
      { id: 'models', label: t('managed.channel.models'), width: 'minmax(8rem, 2fr)', narrow: false, cell: (entry) => name(Object.keys(of(entry).models ?? {}).join(', ')) },
    ];
  }

  ownFacts(entry) {
    return [[t('managed.pool'), html`<a href=${link('pool', entry.name)}>${name(entry.name)}</a>`]];
  }

  valuesOf(document) {
    const rest = Object.fromEntries(Object.entries(document).filter(([field]) => field !== 'name' && !OWN.includes(field)));
    this.before = document;
    return {
      name: document.name ?? '',
      type: document.type ?? (document.preset ? '' : 'openai'),
      'base-url': document['base-url'] ?? '',
      models: modelsAsText(document.models),
      priority: document.priority ?? '',
      weight: document.weight ?? '',
      'allow-private': document['allow-private'] ?? false,
      key: '',
      document: Object.keys(rest).length ? JSON.stringify(rest, null, 2) : '{}',
    };
  }

  fields() {
    const types = (this.types.value?.types ?? []).map((each) => each.type);
    const type = this.form.get('type');
    const shown = [...new Set([...types, type])].filter(Boolean);
    return html`
      ${this.form.row(
        this.form.select('type', { label: t('managed.channel.type'), required: true, options: [...(this.before.preset ? [{ value: '', label: this.before.preset }] : []), ...shown.map((each) => ({ value: each, label: each }))] }),
        this.form.text('base-url', { label: t('managed.channel.url'), hint: t('managed.channel.url.hint'), mono: true, maxLength: 2000 }))}
      ${this.form.list('models', { label: t('managed.channel.models'), hint: t('managed.channel.models.hint'), required: true })}
      ${this.dialog === 'create' && !this.before.accounts ? this.form.text('key', { label: t('managed.channel.key'), mono: true, required: true, maxLength: 20_000 }) : nothing}
      ${this.form.row(
        this.form.number('priority', { label: 'priority' }),
        this.form.number('weight', { label: 'weight' }))}
      ${this.form.check('allow-private', { label: t('managed.channel.private'), hint: t('managed.channel.private.hint'), disabled: !can('owner') })}
      <details class="more-fields" ?open=${this.dialog === 'edit'}><summary>${t('managed.channel.more')}</summary>
        ${this.form.area('document', { label: t('managed.document'), hint: t('managed.document.hint'), mono: true, rows: 12 })}</details>`;
  }

  documentOf() {
    const rest = this.object('document');
    if (!rest) {
      return undefined;
    }
    const document = { ...rest, models: modelsOf(this.form.get('models'), this.before.models) };
    for (const field of ['type', 'base-url']) {
      if (this.form.get(field)) {
        document[field] = this.form.get(field).trim();
      }
    }
    for (const field of ['priority', 'weight']) {
      const value = this.form.numberOf(field);
      if (Number.isNaN(value)) {
        this.form.fail(field, t('form.number'));
        return undefined;
      }
      if (value !== undefined) {
        document[field] = value;
      }
    }
    if (this.form.get('allow-private')) {
      document['allow-private'] = true;
    }
    if (this.form.get('key')) {
      document.accounts = [{ name: 'first', key: this.form.get('key').trim() }];
    }
    return document;
  }

  ownActions() {
    return html`<button type="button" class="button" @click=${() => this.#fetch()}>${icon('refresh')}${t('managed.fetch')}</button>
      <button type="button" class="button" @click=${() => this.#paste()}>${icon('plus')}${t('managed.accounts')}</button>`;
  }

  #fetch() {
    this.offered.value = undefined;
    this.fetching = true;
    this.offered.reload();
  }

  // Accounts by their keys, one a line

  #paste() {
    this.paste.start({ keys: '' });
    this.pasted = undefined;
    this.adding = true;
  }

  async #look() {
    if (!this.paste.get('keys').trim()) {
      this.paste.fail('keys', t('form.required'));
      return;
    }
    this.pasted = await this.paste.send(() => this.#post(true));
  }

  #post(dryRun) {
    return post(path('channels', this.opened, 'accounts'), { keys: this.paste.get('keys') }, { query: { 'dry-run': dryRun ? true : undefined } });
  }

  async #add() {
    const done = await this.paste.send(() => this.#post(false));
    if (done) {
      toast(t('managed.accounts.added', { n: number(done.added.length), name: this.opened }), { kind: 'ok' });
      this.adding = false;
      this.reload();
    } else {
      this.pasted = undefined;
    }
  }

  #pastedBody() {
    if (!this.pasted) {
      return this.paste.render(this.paste.area('keys', { label: t('managed.accounts.keys'), hint: t('managed.accounts.keys.hint'), required: true, autofocus: true, mono: true, rows: 10 }), () => this.#look());
    }
    const { added, duplicates } = this.pasted;
    return html`${added.length ? notice('ok', t('managed.accounts.new', { n: added.length })) : notice('warn', t('managed.accounts.none'))}
      ${duplicates.length ? notice('warn', html`${t('managed.accounts.duplicates', { n: duplicates.length })} ${duplicates.slice(0, 20).map((each) => tag(each.account ?? each.fingerprint))}`) : nothing}
      <sl-table .columns=${[
        { id: 'name', label: t('common.name'), cell: (row) => name(row.name) },
        { id: 'fingerprint', label: t('managed.accounts.keys'), cell: (row) => html`<span class="mono">${row.fingerprint}</span>` },
      ]} .rows=${added} label=${t('managed.accounts')}></sl-table>`;
  }

  async #closePaste() {
    if (this.pasted || (await this.paste.mayClose())) {
      this.adding = false;
    }
  }

  ownDialogs() {
    const called = this.opened ?? '';
    return html`<sl-dialog ?open=${Boolean(this.adding)} size="wide" .heading=${t('managed.accounts.title', { name: called })} .body=${() => this.#pastedBody()}
      .footer=${() => this.pasted
        ? html`<button type="button" class="button" @click=${() => (this.pasted = undefined)}>${t('managed.back')}</button>
            <button type="button" class="button primary" ?disabled=${this.paste.busy || this.pasted.added.length === 0} @click=${() => this.#add()}>${t('managed.accounts')}</button>`
        : html`<button type="button" class="button" @click=${() => this.#closePaste()}>${t('common.cancel')}</button>${this.paste.submit(t('managed.accounts.preview'))}`}
      @closed=${() => this.#closePaste()}></sl-dialog>
    <sl-dialog ?open=${Boolean(this.fetching)} .heading=${t('managed.fetch.title', { name: called })} @closed=${() => (this.fetching = false)}
      .body=${() => this.offered.render(({ models }) => (models.length ? html`<p>${models.map((model) => tag(model))}</p>` : html`<p class="quiet">${t('managed.fetch.none')}</p>`))}
      .footer=${() => html`<button type="button" class="button primary" @click=${() => (this.fetching = false)}>${t('common.done')}</button>`}></sl-dialog>`;
  }
}

customElements.define('sl-page-channels', ChannelsPage);
