// The pool: every channel and account, how it stands and why, and what can be done about it.
import { html, nothing } from 'lit';
import words from '../words/pool.js';
import { all, get, path, post } from '../app/api.js';
import { compact, number, percent } from '../app/format.js';
import { addWords, t, word } from '../app/i18n.js';
import { PAGES } from '../app/pages.js';
import { go, link, route, setQuery } from '../app/router.js';
import { can, session } from '../app/session.js';
import { Form } from '../parts/form.js';
import { icon } from '../parts/icons.js';
import { page, search, segments, select } from '../parts/page.js';
import { Every, Part } from '../parts/part.js';
import { Load, empty, failure } from '../parts/states.js';
import { chip, name } from '../parts/text.js';
import { toast } from '../parts/toast.js';
import { STATES, costCell, errorCell, fullest, latencyCell, limits, next, slowest, standing, success, successCell } from './pool/cells.js';
import { accountDetail, channelDetail } from './pool/detail.js';
import './pool/trial.js';

addWords(words);

const EVERY = 2_000;
const SUMS_EVERY = 60_000;
const DAY = 86_400_000;
const NO_COST = { 'cost-micros': 0, requests: 0 };
const GRAVITY = Object.keys(STATES);

const channelOf = (account) => account.account.slice(0, account.account.indexOf('/'));
const nameOf = (account) => account.account.slice(account.account.indexOf('/') + 1);
const hasPage = (id) => PAGES.some((each) => each.id === id && can(each.role));

class PoolPage extends Part {
  static properties = { asking: { state: true }, trying: { state: true }, busy: { state: true } };

  constructor() {
    super();
    this.watch(route, session);
    this.pool = new Load(this, (signal) => all('/pool', 'accounts', {}, { signal, background: this.pool.value !== undefined }));
    // What they cost is the ledger's; without one the column stays empty.
    this.sums = new Load(this, (signal) => this.#sums(signal));
    this.form = new Form(this, { reason: '' });
    this.busy = new Set();
    new Every(this, EVERY, () => this.pool.busy || this.pool.reload());
    new Every(this, SUMS_EVERY, () => this.sums.reload());
    // Countdowns run on between two readings.
    new Every(this, 1_000, () => this.pool.value?.some((account) => next(account)) && this.requestUpdate());
  }

  async #sums(signal) {
    const now = Math.ceil(Date.now() / 60_000) * 60_000;
    const query = { 'group-by': 'account', from: new Date(now - DAY).toISOString(), to: new Date(now).toISOString(), limit: 1000 };
    const sums = new Map();
    do {
      const answer = await get('/usage', query, { signal, background: true });
      for (const group of answer.groups) {
        sums.set(group.account, { ...group, currency: answer.currency });
      }
      query.cursor = answer['next-cursor'];
    } while (query.cursor);
    return sums;
  }

  get columns() {
    const ofAccount = (cell, ofChannel = () => nothing) => (row) => (row.account ? cell(row.account, row) : ofChannel(row));
    const sort = (value) => (row) => (row.account ? value(row.account, row) : undefined);
    return [
      { id: 'name', label: t('pool.account'), width: 'minmax(10rem, 1.7fr)', cell: (row) => this.#nameCell(row), sort: (row) => row.key },
      { id: 'state', label: t('pool.state'), width: 'minmax(8.5rem, 1.3fr)', narrow: false, cell: ofAccount(standing, (row) => this.#stateCounts(row)), sort: sort((account) => GRAVITY.indexOf(account.state)) },
      { id: 'limits', label: t('pool.limits'), width: 'minmax(8.5rem, 2.4fr)', cell: ofAccount(limits, (row) => this.#used(row)), sort: sort(fullest) },
      { id: 'in-flight', label: t('pool.in-flight.short'), width: '4.5rem', align: 'right', narrow: false, cell: (row) => number(row.account ? row.account['in-flight'] : row.inFlight), sort: sort((account) => account['in-flight']) },
      { id: 'success', label: t('pool.success'), width: '5rem', align: 'right', narrow: false, cell: ofAccount(successCell), sort: sort((account) => success(account)?.share) },
      { id: 'latency', label: t('pool.latency'), width: '6rem', align: 'right', narrow: false, cell: ofAccount(latencyCell), sort: sort((account) => slowest(account, 'p50')) },
      { id: 'cost', label: t('pool.cost.short'), width: '6rem', align: 'right', narrow: false, cell: (row) => costCell(row.sum), sort: sort((account, row) => row.sum?.['cost-micros']) },
      { id: 'error', label: t('pool.last-error'), width: 'minmax(6rem, 1.4fr)', narrow: false, cell: ofAccount(errorCell), sort: sort((account) => account['last-error']?.at) },
      { id: 'menu', label: t('common.actions'), hideLabel: true, width: '3rem', align: 'right', cell: (row) => html`<sl-menu label=${t('pool.actions', { name: row.key })} .items=${this.#items(row)}></sl-menu>` },
    ];
  }

  #nameCell(row) {
    if (!row.account) {
      return html`<button type="button" class="icon-button pool-fold" aria-expanded=${String(!row.folded)} aria-label=${t(row.folded ? 'pool.unfold' : 'pool.fold', { name: row.key })}
        @click=${() => this.#fold(row.key)}>${icon(row.folded ? 'right' : 'down')}</button><strong class="pool-cut" title=${row.key}><bdi>${row.key}</bdi></strong><span class="count">${number(row.accounts.length)}</span>`;
    }
    return html`<div class="pool-two"><bdi class="pool-cut ${row.flat ? '' : 'pool-in'}" title=${row.key}>${nameOf(row.account)}</bdi>
      <bdi class="pool-below wide-only ${row.flat ? '' : 'pool-in'}">${row.channel}</bdi>
      <div class="narrow-only pool-cut ${row.flat ? '' : 'pool-in'}">${chip(STATES[row.account.state] ?? 'off', word('pool.state', row.account.state))} <span class="quiet">${next(row.account)}</span></div></div>`;
  }

  #stateCounts({ states }) {
    return html`<div class="pool-counts">${GRAVITY.filter((state) => states[state]).map((state) => html`<span class="pool-dot pool-dot-${STATES[state]}"
      title=${word('pool.state', state)}>${compact(states[state])}<span class="off-screen">${word('pool.state', state)}</span></span>`)}</div>`;
  }

  #used({ used }) {
    return used === undefined ? nothing : html`<span class="quiet">${t('pool.channel.used.line', { share: percent(used, 0) })}</span>`;
  }

  /** Lines of the table: each channel and, below it, its accounts; accounts alone when they are sorted. */
  #rows(accounts) {
    const { q = '', state = '', channel = '', sort, folded = '' } = route.value.query;
    const wanted = q.trim().toLowerCase();
    const closed = new Set(folded.split(','));
    const groups = new Map();
    for (const account of accounts) {
      const of = channelOf(account);
      if (channel && channel !== of) {
        continue;
      }
      if (!groups.has(of)) {
        groups.set(of, []);
      }
      groups.get(of).push(account);
    }
    const rows = [];
    for (const [of, within] of groups) {
      const shown = within.filter((account) => (!state || account.state === state) && (!wanted || this.#text(account).includes(wanted)));
      if (!shown.length) {
        continue;
      }
      if (!sort) {
        rows.push(this.#channel(of, within, closed.has(of)));
      }
      if (sort || !closed.has(of)) {
        rows.push(...shown.map((account) => ({ key: account.account, channel: of, account, flat: Boolean(sort), sum: this.sums.value?.get(account.account) })));
      }
    }
    return rows;
  }

  #text(account) {
    const error = account['last-error'];
    return `${account.account} ${account.why ?? ''} ${error ? `${error.status} ${error.code} ${error.message}` : ''}`.toLowerCase();
  }

  #channel(key, accounts, folded = false) {
    const states = {};
    let inFlight = 0;
    let sum;
    const shares = [];
    for (const account of accounts) {
      states[account.state] = (states[account.state] ?? 0) + 1;
      inFlight += account['in-flight'];
      const full = fullest(account);
      if (full !== undefined) {
        shares.push(Math.min(1, full));
      }
      const of = this.sums.value?.get(account.account);
      if (of) {
        sum = { currency: of.currency, 'cost-micros': (sum?.['cost-micros'] ?? 0) + of['cost-micros'], requests: (sum?.requests ?? 0) + of.requests };
      }
    }
    return { key, channel: key, accounts, folded, states, inFlight, sum, used: shares.length ? shares.reduce((a, b) => a + b) / shares.length : undefined };
  }

  #fold(channel) {
    const closed = new Set((route.value.query.folded ?? '').split(',').filter(Boolean));
    if (!closed.delete(channel)) {
      closed.add(channel);
    }
    setQuery({ folded: [...closed].join(',') });
  }

  /** What can be done with a line. */
  #items(row, detail = false) {
    const place = row.account ? [row.channel, nameOf(row.account)] : [row.channel];
    const may = can('operator');
    const wanted = row.account?.operators;
    const act = (action, shape, disabled = false) => ({ label: t('pool.do.' + action), icon: shape, disabled: !may || disabled || this.busy.has(place.join('/')),
      danger: action === 'disable', run: () => (action === 'disable' || action === 'drain' ? this.#ask(place, action) : this.#act(place, action)) });
    return [
      detail ? false : { label: t('pool.details'), icon: 'info', run: () => this.#open(place) },
      { label: t('pool.do.try'), icon: 'play', disabled: !may, run: () => (this.trying = place) },
      null,
      act('enable', 'check', wanted === 'enabled'),
      act('drain', 'drain', wanted === 'draining'),
      act('disable', 'stop', wanted === 'disabled'),
      null,
      act('probe', 'probe'),
      act('clear-cooldown', 'refresh'),
      hasPage('channels') && !row.account ? { label: t('pool.channel.settings'), icon: 'channels', href: link('channels', [row.channel]) } : false,
      hasPage('usage') ? { label: t('pool.usage'), icon: 'usage', href: link('usage', [], row.account ? { account: row.key } : { channel: row.key }) } : false,
    ];
  }

  #open(place) {
    go('pool', place, route.value.query);
  }

  #ask(place, action) {
    this.form.start({ reason: '' });
    this.asking = { place, action };
  }

  async #act(place, action, reason) {
    const key = place.join('/');
    this.busy = new Set(this.busy).add(key);
    if (action === 'probe') {
      toast(t('pool.probing', { name: key }));
    }
    try {
      const answer = await post(path('pool', ...place, action), reason ? { reason } : {});
      const bad = answer.accounts.filter((each) => !each.good);
      const one = place.length > 1 ? answer.accounts[0]?.message : undefined;
      const text = answer.outcome === 'unchanged' ? t('pool.unchanged', { name: key })
        : one ? `${key}: ${one}` : t('pool.done.' + action, { name: key, n: number(answer.accounts.length), good: number(answer.accounts.length - bad.length) });
      toast(text, { kind: bad.length ? 'warn' : 'ok' });
      return true;
    } catch (problem) {
      const { title, text } = failure(problem);
      if (reason !== undefined) {
        throw problem;
      }
      toast(`${title}: ${text}`, { kind: 'bad' });
      return false;
    } finally {
      const busy = new Set(this.busy);
      busy.delete(key);
      this.busy = busy;
      this.pool.reload();
    }
  }

  async #stop() {
    const { place, action } = this.asking;
    if (await this.form.send(() => this.#act(place, action, this.form.get('reason').trim()))) {
      this.asking = undefined;
    }
  }

  #tools(accounts) {
    const { q, state = '', channel = '' } = route.value.query;
    const within = accounts.filter((account) => !channel || channelOf(account) === channel);
    const counts = {};
    within.forEach((account) => (counts[account.state] = (counts[account.state] ?? 0) + 1));
    const channels = [...new Set(accounts.map(channelOf))];
    const item = (id, label, count) => ({ id, label: html`${label}<span class="count">${number(count)}</span>` });
    return html`${search({ value: q, label: t('pool.search'), input: (text) => setQuery({ q: text }) })}
      ${channels.length > 1 ? select({ value: channel, label: t('pool.channel'), change: (value) => setQuery({ channel: value }),
        options: [{ value: '', label: t('pool.channels.all') }, ...channels.map((each) => ({ value: each, label: each }))] }) : nothing}
      ${segments({ label: t('pool.state'), active: state, choose: (id) => setQuery({ state: id }),
        items: [item('', t('common.all'), within.length), ...GRAVITY.filter((each) => counts[each] || each === state).map((each) => item(each, word('pool.state', each), counts[each] ?? 0))] })}`;
  }

  #table(accounts) {
    const rows = this.#rows(accounts);
    const { sort } = route.value.query;
    const open = route.value.page === 'pool' && route.value.rest.length ? route.value.rest.join('/') : undefined;
    return rows.length
      ? html`<sl-table fill opens row-height="52" .columns=${this.columns} .rows=${rows} .keyOf=${(row) => row.key} .selected=${open} label=${t('page.pool')}
          .sorting=${sort ? { id: sort.replace(/^-/, ''), down: sort.startsWith('-') } : undefined}
          @sorted=${({ detail }) => setQuery({ sort: detail ? (detail.down ? '-' : '') + detail.id : null })}
          @open=${({ detail: row }) => this.#open(row.account ? [row.channel, nameOf(row.account)] : [row.channel])}></sl-table>`
      : empty({ icon: 'search', title: t('common.no-match'), text: t('common.no-match.text'),
          action: html`<button type="button" class="button" @click=${() => setQuery({ q: null, state: null, channel: null })}>${t('common.clear-filters')}</button>` });
  }

  /** The line that the address names; undefined while it is not known, null when it is gone. */
  #opened() {
    const [channel, account] = route.value.page === 'pool' ? route.value.rest : [];
    const accounts = this.pool.value;
    if (!channel || !accounts) {
      return undefined;
    }
    if (account !== undefined) {
      const key = `${channel}/${account}`;
      const found = accounts.find((each) => each.account === key);
      return found ? { key, channel, account: found, sum: this.sums.value && (this.sums.value.get(key) ?? NO_COST) } : null;
    }
    const within = accounts.filter((each) => channelOf(each) === channel);
    return within.length ? this.#channel(channel, within) : null;
  }

  #drawer() {
    const row = this.#opened();
    const open = route.value.page === 'pool' && route.value.rest.length > 0;
    const body = () => (row === undefined
      ? this.pool.render(() => nothing)
      : row === null
        ? empty({ icon: 'search', title: t('problem.not-found'), text: t('pool.gone') })
        : row.account
          ? accountDetail(row.account, row.sum)
          : channelDetail(row, (state) => link('pool', [], { channel: row.key, state })));
    const button = (item) => html`<button type="button" class="button ${item.danger ? 'danger' : ''}" ?disabled=${item.disabled} @click=${item.run}>${icon(item.icon)}${item.label}</button>`;
    return html`<sl-dialog ?open=${open} size="drawer" .heading=${name(route.value.rest.join('/'))} @closed=${() => go('pool', [], route.value.query)} .body=${body}
      .footer=${row && can('operator') ? () => html`<div class="pool-actions">${this.#items(row, true).filter((item) => item && item.run).map(button)}</div>` : undefined}></sl-dialog>`;
  }

  #asked() {
    const { place, action } = this.asking ?? {};
    const close = async () => {
      if (await this.form.mayClose()) {
        this.asking = undefined;
      }
    };
    return html`<sl-dialog ?open=${Boolean(this.asking)} .heading=${place ? t('pool.ask.' + action, { name: place.join('/') }) : nothing} @closed=${close}
      .body=${() => this.form.render(html`<p>${t(`pool.ask.${action}.${place.length > 1 ? 'account' : 'channel'}`)}</p>
        ${this.form.text('reason', { label: t('pool.reason'), hint: t('pool.reason.hint'), maxLength: 300, autofocus: true })}`, () => this.#stop())}
      .footer=${() => html`<button type="button" class="button" @click=${close}>${t('common.cancel')}</button>${this.form.submit(t('pool.do.' + action), { danger: action === 'disable' })}`}></sl-dialog>`;
  }

  render() {
    const accounts = this.pool.value;
    return html`${page({
      title: t('page.pool'),
      lead: t('pool.lead'),
      fill: true,
      tools: accounts?.length ? this.#tools(accounts) : nothing,
      body: this.pool.render((value) => this.#table(value), { lines: 12, isEmpty: (value) => value.length === 0,
        empty: () => empty({ icon: 'pool', title: t('pool.empty'), text: t('pool.empty.text'),
          action: hasPage('channels') ? html`<a class="button primary" href=${link('channels')}>${t('pool.empty.action')}</a>` : undefined }) }),
    })}
    ${this.#drawer()}${this.#asked()}
    <sl-dialog ?open=${Boolean(this.trying)} size="wide" .heading=${this.trying ? t('pool.try.title', { name: this.trying.join('/') }) : nothing}
      .body=${() => html`<sl-pool-trial .place=${this.trying} .story=${hasPage('request')}></sl-pool-trial>`} @closed=${() => (this.trying = undefined)}></sl-dialog>`;
  }
}

customElements.define('sl-page-pool', PoolPage);
