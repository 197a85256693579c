// What is shown of one account or channel of the pool, in a line of the table and beside it.
import { html, nothing } from 'lit';
import { compact, duration, micros, money, number, percent } from '../../app/format.js';
import { has, t, word } from '../../app/i18n.js';
import { bar, chip, said } from '../../parts/text.js';

/** States from the best to the gravest, as docs/pool.md has them, with their looks. */
export const STATES = { up: 'ok', cooling: 'warn', broken: 'bad', missing: 'warn', 'out-of-money': 'bad', dead: 'bad', draining: 'info', disabled: 'off' };

const SHORT = { requests: 'R', tokens: 'T', 'input-tokens': 'IT', 'output-tokens': 'OT', images: 'I' };
const PER = { 1000: 'PS', 60_000: 'PM', 3_600_000: 'PH', 86_400_000: 'PD' };

/** Sentences of the gateway itself, empty where they say what the state says; what humans said is shown as it is. */
const WHY = {
  'its provider asked it to slow down': '',
  'too many of its attempts failed or were slow': '',
  'too many attempts failed or were slow at its endpoint': 'endpoint',
  'it has none of the models that it is asked for': 'missing',
  'out of money': '',
  'the credential is refused': '',
  'disabled in the files': 'files-disabled',
  'draining in the files': 'files-draining',
};

export const stateChip = (state) => chip(STATES[state] ?? 'off', word('pool.state', state), has('pool.means.' + state) ? t('pool.means.' + state) : undefined);

/** How long until an instant; nothing when it is over or unknown. */
export function left(instant, now = Date.now()) {
  const ms = instant ? new Date(instant).getTime() - now : 0;
  return ms > 0 ? duration(Math.ceil(ms / 1000) * 1000) : undefined;
}

/** Why it stands so, where the state does not say it already: what humans said, and what is not usual. */
export function why(account) {
  const known = WHY[account.why];
  return known === undefined ? account.why : known ? t('pool.why.' + known) : undefined;
}

/** What follows: when it is back, or asked again. */
export function next(account) {
  const back = left(account.until);
  const asked = left(account['next-probe']);
  return back ? t('pool.back-in', { time: back }) : asked ? t('pool.probe-in', { time: asked }) : undefined;
}

/** The state and, below it, what follows and why. */
export function standing(account) {
  const out = account.state === 'up' ? account.models.filter((model) => model.state !== 'up') : [];
  const below = [next(account), account.state === 'up' ? undefined : why(account),
    out.length ? t('pool.models-out', { n: out.length, state: word('pool.state', out[0].state) }) : undefined].filter(Boolean).join(' · ');
  return html`<div class="pool-two"><div>${stateChip(account.state)}</div>${below ? html`<bdi class="pool-below" title=${below}>${below}</bdi>` : nothing}</div>`;
}

/** Of one limit how much is used, by its share. */
export const fullness = (limit) => (limit.limit > 0 ? limit.used / limit.limit : 0);

/** The fullest share of all limits; undefined when nothing limits it. */
export function fullest(account) {
  return account.limits?.length ? Math.max(...account.limits.map(fullness)) : undefined;
}

/** RPM, TPM and the like; longer where there is no such word. */
export function limitName(limit) {
  if (limit.dimension === 'concurrency') {
    return t('pool.concurrency');
  }
  const short = SHORT[limit.dimension];
  const per = PER[limit['window-ms']];
  return short && per ? short + per : `${word('pool.dimension', limit.dimension)} / ${duration(limit['window-ms'])}`;
}

/** { used, leased, free } of a limit: what is used without what is only held. */
export function amounts(limit) {
  const leased = Math.min(limit.leased ?? 0, limit.used);
  return { used: limit.used - leased, leased, free: Math.max(0, limit.limit - limit.used) };
}

function told(limit) {
  const { used, leased, free } = amounts(limit);
  return t('pool.limit.told', { name: limitName(limit), used: number(used), leased: number(leased), free: number(free), limit: number(limit.limit) })
    + (limit['free-in-ms'] > 0 ? t('pool.limit.next', { time: duration(limit['free-in-ms']) }) : '');
}

/** One limit as a bar: short in a line of the table, whole beside it. */
export function limitBar(limit, long = false) {
  const { used, leased, free } = amounts(limit);
  const wait = limit['free-in-ms'] > 0 ? duration(limit['free-in-ms']) : undefined;
  const text = long
    ? t('pool.limit.long', { used: number(used), leased: number(leased), free: number(free) }) + (wait ? t('pool.limit.next', { time: wait }) : '')
    : `${limit.dimension === 'concurrency' ? t('pool.concurrency.short') : limitName(limit)} ${compact(limit.used)}/${compact(limit.limit)}${wait ? ' · ' + wait : ''}`;
  return html`<span class="pool-limit" title=${told(limit)}>${bar({ used, leased, limit: limit.limit, label: limitName(limit), text })}</span>`;
}

/** The two fullest limits of an account. */
export function limits(account) {
  if (account.limits == null) {
    return html`<span class="quiet">${t('pool.limits.unknown')}</span>`;
  }
  if (!account.limits.length) {
    return html`<span class="quiet">${t('pool.limits.none')}</span>`;
  }
  const shown = account.limits.length > 2 ? [...account.limits].sort((a, b) => fullness(b) - fullness(a)).slice(0, 2) : account.limits;
  const more = account.limits.length - shown.length;
  return html`<div class="pool-limits">${shown.map((limit) => limitBar(limit))}${more ? html`<span class="quiet pool-more">+${more}</span>` : nothing}</div>`;
}

/** How many of its attempts went well: { share, of }, of is undefined when it is known from longer ago only. */
export function success(account) {
  if (account.attempts > 0) {
    return { share: account.succeeded / account.attempts, of: account.attempts };
  }
  const known = account.models.map((model) => model['success-permille']).filter((each) => each !== undefined);
  return known.length ? { share: known.reduce((a, b) => a + b) / known.length / 1000 } : undefined;
}

/** Of its slowest model, in milliseconds; undefined when it has not been asked. */
export function slowest(account, quantile) {
  const known = account.models.map((model) => model['first-byte-ms']?.[quantile]).filter((each) => each !== undefined);
  return known.length ? Math.max(...known) : undefined;
}

export function successCell(account) {
  const good = success(account);
  return good === undefined
    ? html`<span class="quiet">–</span>`
    : html`<span class=${good.share < 0.5 ? 'pool-bad' : good.share < 0.9 ? 'pool-warn' : ''} title=${good.of ? t('pool.success.of', { n: number(good.of) }) : t('pool.success.earlier')}>${percent(good.share, good.share === 1 ? 0 : 1)}</span>`;
}

export function latencyCell(account) {
  const p50 = slowest(account, 'p50');
  return p50 === undefined
    ? html`<span class="quiet">–</span>`
    : html`<div class="pool-two right" title=${t('pool.latency.title')}><div>${duration(Math.round(p50))}</div><span class="pool-below">p95 ${duration(Math.round(slowest(account, 'p95')))}</span></div>`;
}

/** What it cost, of the ledger; less than a cent is not told in a line. */
export function costCell(sum) {
  const cost = sum?.['cost-micros'];
  return sum === undefined
    ? html`<span class="quiet">–</span>`
    : html`<span title=${micros(cost, sum.currency)}>${cost > 0 && cost < 10_000 ? '< ' + money(0.01, sum.currency) : money(cost / 1e6, sum.currency)}</span>`;
}

/** What went wrong last, in a line. */
export function errorCell(account) {
  const error = account['last-error'];
  return error
    ? html`<div class="pool-two"><bdi class="pool-cut">${error.status > 0 ? error.status : ''} ${error.code ?? ''}</bdi><bdi class="pool-below" title=${error.message}>${error.message}</bdi></div>`
    : nothing;
}

/** The same, whole. */
export function errorText(error) {
  return html`<div class="pool-error"><span class="mono">${error.status > 0 ? error.status : ''} <bdi>${error.code ?? ''}</bdi></span>${said(error.message ?? '')}</div>`;
}
