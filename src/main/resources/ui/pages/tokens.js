// Admin tokens: a list, one of them beside it, a form. The model of pages of this kind.
import { html } from 'lit';
import words from '../words/tokens.js';
import { all, del, getForChange, newKey, path, post } from '../app/api.js';
import { addWords, t } from '../app/i18n.js';
import { go, route, setQuery } from '../app/router.js';
import { can, session } from '../app/session.js';
import { confirm } from '../parts/dialog.js';
import { Form } from '../parts/form.js';
import { icon } from '../parts/icons.js';
import { page, search, select } from '../parts/page.js';
import { Part } from '../parts/part.js';
import { Load, empty, told } from '../parts/states.js';
import { chip, code, facts, name, notice, secret, when } from '../parts/text.js';
import { toast } from '../parts/toast.js';

addWords(words);

const ROLES = ['viewer', 'operator', 'owner'];
const STATES = { active: 'ok', expired: 'off', revoked: 'off' };

function stateOf(token) {
  return token['revoked-at'] ? 'revoked' : token['expires-at'] && new Date(token['expires-at']) <= new Date() ? 'expired' : 'active';
}

const stateChip = (token) => chip(STATES[stateOf(token)], t('tokens.state.' + stateOf(token)));

class TokensPage extends Part {
  static properties = { creating: { state: true }, made: { state: true } };

  constructor() {
    super();
    this.watch(route);
    // Read when the page appears; what is seen meanwhile, and when it fails, is Load's.
    this.tokens = new Load(this, (signal) => all('/tokens', 'tokens', {}, { signal }));
    // The address says which one is open, so that it can be sent to somebody.
    this.one = new Load(this, (signal) => getForChange(path('tokens', route.value.rest[0]), {}, { signal }), { eager: false });
    this.form = new Form(this, { name: '', role: 'viewer', team: '', 'expires-at': '' });
  }

  get columns() {
    return [
      { id: 'name', label: t('common.name'), width: 'minmax(10rem, 2fr)', cell: (token) => name(token.name), sort: (token) => token.name },
      { id: 'state', label: t('tokens.state'), width: 'minmax(6rem, 8rem)', cell: stateChip, sort: stateOf },
      { id: 'role', label: t('tokens.role'), width: 'minmax(6rem, 8rem)', cell: (token) => t('role.' + token.role), sort: (token) => ROLES.indexOf(token.role) },
      { id: 'team', label: t('tokens.team'), narrow: false, cell: (token) => (token.team ? name(token.team) : html`<span class="quiet">–</span>`), sort: (token) => token.team },
      { id: 'used', label: t('tokens.last-used'), narrow: false, cell: (token) => when(token['last-used']), sort: (token) => token['last-used'] },
      { id: 'expires', label: t('tokens.expires'), narrow: false, cell: (token) => (token['expires-at'] ? when(token['expires-at']) : html`<span class="quiet">${t('common.never')}</span>`), sort: (token) => token['expires-at'] },
    ];
  }

  willUpdate() {
    const open = route.value.page === 'tokens' ? route.value.rest[0] : undefined;
    if (open !== this.opened) {
      this.opened = open;
      this.one.value = undefined;
      if (open) {
        this.one.reload();
      }
    }
  }

  #matching(tokens) {
    const { q = '', state = '' } = route.value.query;
    const wanted = q.toLowerCase();
    return tokens.filter((token) => token.name.toLowerCase().includes(wanted) && (!state || stateOf(token) === state));
  }

  #table(tokens) {
    const rows = this.#matching(tokens);
    return rows.length
      ? html`<sl-table fill opens .columns=${this.columns} .rows=${rows} .selected=${this.opened} label=${t('page.tokens')} .sorting=${this.sorting}
          @sorted=${(event) => (this.sorting = event.detail)} @open=${(event) => go('tokens', event.detail.name, route.value.query)}></sl-table>`
      : empty({ icon: 'search', title: t('common.no-match'), text: t('common.no-match.text'),
          action: html`<button type="button" class="button" @click=${() => setQuery({ q: null, state: null })}>${t('common.clear-filters')}</button>` });
  }

  #new() {
    this.form.start({ name: '', role: 'viewer', team: '', 'expires-at': '' });
    this.key = newKey();
    this.made = undefined;
    this.creating = true;
  }

  async #create() {
    const { name: called, role, team } = this.form.values;
    const expires = this.form.get('expires-at');
    if (!called.trim()) {
      this.form.fail('name', t('form.required'));
      return;
    }
    const body = { name: called.trim(), role, team: team.trim() || undefined, 'expires-at': expires ? new Date(expires).toISOString() : undefined };
    const made = await this.form.send(() => post('/tokens', body, { key: this.key }));
    if (made) {
      this.made = made;
      this.tokens.reload();
    }
  }

  async #revoke({ body: token, etag }) {
    const sure = await confirm({ title: t('tokens.revoke.title', { name: token.name }), text: t('tokens.revoke.text'), action: t('tokens.revoke'), danger: true });
    if (!sure) {
      return;
    }
    try {
      await del(path('tokens', token.name), etag);
      toast(t('tokens.revoked', { name: token.name }), { kind: 'ok' });
      go('tokens', [], route.value.query);
    } catch (problem) {
      told(problem);
      this.one.reload();
    }
    this.tokens.reload();
  }

  #detail({ body: token }) {
    return facts([
      [t('tokens.state'), stateChip(token)],
      [t('tokens.role'), html`${t('role.' + token.role)}<p class="quiet">${t('tokens.role.' + token.role)}</p>`],
      [t('tokens.team'), token.team ? name(token.team) : t('common.all')],
      [t('tokens.created'), when(token['created-at'])],
      [t('tokens.created-by'), name(token['created-by'])],
      [t('tokens.last-used'), when(token['last-used'])],
      [t('tokens.expires'), token['expires-at'] ? when(token['expires-at']) : t('common.never')],
      [t('tokens.fingerprint'), html`<span class="mono">${token.fingerprint}</span>`],
    ]);
  }

  #form() {
    if (this.made) {
      return html`${notice('warn', t('tokens.made.text'))}${secret(this.made.token, t('tokens.made', { name: this.made.name }))}
        <h3>${t('tokens.made.try')}</h3>${code(`curl -H 'Authorization: Bearer ${this.made.token}' ${location.origin}/admin/v1/session`, { wrap: true })}`;
    }
    return this.form.render(html`
      ${this.form.text('name', { label: t('common.name'), hint: t('tokens.name.hint'), required: true, autofocus: true, maxLength: 64 })}
      ${this.form.choice('role', { label: t('tokens.role'), options: ROLES.map((role) => ({ value: role, label: t('role.' + role), hint: t('tokens.role.' + role), disabled: !can(role) })) })}
      ${this.form.row(
        this.form.text('team', { label: t('tokens.team'), hint: t('tokens.team.hint'), maxLength: 64 }),
        this.form.text('expires-at', { label: t('tokens.expires'), hint: t('tokens.expires.hint'), type: 'datetime-local' }))}`, () => this.#create());
  }

  async #closeForm() {
    if (this.made || (await this.form.mayClose())) {
      this.creating = false;
    }
  }

  render() {
    const { q, state } = route.value.query;
    const found = this.one.value;
    const close = () => go('tokens', [], route.value.query);
    return html`${page({
      title: t('page.tokens'),
      lead: t('tokens.lead'),
      fill: true,
      actions: html`<button type="button" class="button primary" @click=${() => this.#new()}>${icon('plus')}${t('tokens.create')}</button>`,
      tools: html`${search({ value: q, label: t('tokens.search'), input: (text) => setQuery({ q: text }) })}
        ${select({ value: state, label: t('tokens.state'), change: (value) => setQuery({ state: value }),
          options: [{ value: '', label: t('common.all') }, ...Object.keys(STATES).map((each) => ({ value: each, label: t('tokens.state.' + each) }))] })}`,
      body: this.tokens.render((tokens) => this.#table(tokens), {
        isEmpty: (tokens) => tokens.length === 0,
        empty: () => empty({ icon: 'tokens', title: t('tokens.empty'), text: t('tokens.empty.text'),
          action: html`<button type="button" class="button primary" @click=${() => this.#new()}>${icon('plus')}${t('tokens.create')}</button>` }),
      }),
    })}
    <sl-dialog ?open=${Boolean(this.opened)} size="drawer" .heading=${name(this.opened ?? '')} @closed=${close}
      .body=${() => this.one.render((one) => this.#detail(one))}
      .footer=${found && stateOf(found.body) !== 'revoked' && found.body.name !== session.value.name
        ? () => html`<button type="button" class="button danger" @click=${() => this.#revoke(found)}>${icon('trash')}${t('tokens.revoke')}</button>`
        : undefined}></sl-dialog>
    <sl-dialog ?open=${Boolean(this.creating)} .heading=${this.made ? t('tokens.made', { name: this.made.name }) : t('tokens.create')}
      .body=${() => this.#form()} @closed=${() => this.#closeForm()}
      .footer=${() => this.made
        ? html`<button type="button" class="button primary" @click=${() => (this.creating = false)}>${t('common.done')}</button>`
        : html`<button type="button" class="button" @click=${() => this.#closeForm()}>${t('common.cancel')}</button>${this.form.submit(t('common.create'))}`}></sl-dialog>`;
  }
}

customElements.define('sl-page-tokens', TokensPage);
