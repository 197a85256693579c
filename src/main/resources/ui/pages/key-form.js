// What a virtual key says, as fields of a form; for one, for many, and for a change.
import { html } from 'lit';
import { t } from '../app/i18n.js';

/** Limits that most people need; others that a key has stay as they are. */
const AMOUNTS = ['rpm', 'tpm', 'rpd', 'tpd', 'concurrency'];
const LISTS = ['models', 'deny-models', 'endpoints', 'allow-from', 'tags'];
const ENDPOINTS = ['chat', 'completions', 'responses', 'messages', 'gemini', 'embeddings', 'images', 'audio', 'realtime', 'rerank', 'moderations'];
const EVERY = ['total', 'day', 'week', 'month', '30d'];

/** '2027-01-01T00:00:00Z' as a field of local time takes it. */
function local(instant) {
  if (!instant) {
    return '';
  }
  const at = new Date(instant);
  return Number.isNaN(at.getTime()) ? '' : new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The values of a form for a key, or for a new one. */
export function valuesOf(key = {}) {
  const values = { name: key.name ?? '', names: '', key: '', team: key.team ?? '', expires: local(key.expires) };
  for (const list of LISTS) {
    values[list] = Array.isArray(key[list]) ? key[list] : Object.entries(key[list] ?? {}).map(([name, value]) => name + '=' + value);
  }
  for (const amount of AMOUNTS) {
    values['limits.' + amount] = key.limits?.[amount] ?? '';
  }
  values['budget.amount'] = key.budget?.amount ?? '';
  values['budget.every'] = key.budget?.every ?? 'month';
  return values;
}

/** The fields. models and teams are suggestions. */
export function fields(form, { models, teams }) {
  const options = [{ value: '', label: t('keys.team.none') }, ...[...new Set([...teams, form.get('team')])].filter(Boolean).map((team) => ({ value: team, label: team }))];
  const every = [...new Set([...EVERY, form.get('budget.every')])];
  return html`
    ${form.row(
      form.select('team', { label: t('keys.team'), options }),
      form.text('expires', { label: t('keys.expires'), hint: t('keys.expires.hint'), type: 'datetime-local' }))}
    ${form.list('models', { label: t('keys.models'), hint: t('keys.models.hint'), suggestions: models })}
    ${form.row(
      form.number('limits.rpm', { label: 'RPM', hint: t('keys.amount.hint') }),
      form.number('limits.tpm', { label: 'TPM' }),
      form.number('limits.rpd', { label: 'RPD' }),
      form.number('limits.tpd', { label: 'TPD' }),
      form.number('limits.concurrency', { label: t('keys.concurrency') }))}
    ${form.row(
      form.text('budget.amount', { label: t('keys.budget'), hint: t('keys.budget.hint'), inputmode: 'decimal' }),
      form.select('budget.every', {
        label: t('keys.budget.every'),
        options: every.map((each) => ({ value: each, label: EVERY.includes(each) ? t('keys.budget.' + each) : each })),
      }))}
    <details class="more-fields"><summary>${t('keys.more')}</summary>
      ${form.list('deny-models', { label: t('keys.deny-models'), hint: t('keys.deny-models.hint'), suggestions: models })}
      ${form.list('endpoints', { label: t('keys.endpoints'), hint: t('keys.endpoints.hint'), suggestions: ENDPOINTS })}
      ${form.list('allow-from', { label: t('keys.allow-from'), hint: t('keys.allow-from.hint') })}
      ${form.list('tags', { label: t('keys.tags'), hint: t('keys.tags.hint') })}</details>`;
}

/** Says at its field what is no number. Whether all are good. */
function checked(form) {
  for (const amount of AMOUNTS) {
    const value = form.numberOf('limits.' + amount);
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      form.fail('limits.' + amount, t('keys.not-number'));
      return false;
    }
  }
  const money = form.numberOf('budget.amount');
  if (money !== undefined && !(money >= 0)) {
    form.fail('budget.amount', t('keys.not-money'));
    return false;
  }
  return true;
}

/** Texts, or an object when all of them are name=value: the two forms of tags. */
function tagsOf(texts) {
  return texts.length > 0 && texts.every((text) => /^[^=]+=/.test(text))
    ? Object.fromEntries(texts.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]))
    : texts;
}

function said(form) {
  const limits = Object.fromEntries(AMOUNTS.map((amount) => [amount, form.numberOf('limits.' + amount)]));
  const amount = form.numberOf('budget.amount');
  const body = {
    team: form.get('team') || undefined,
    expires: form.get('expires') ? new Date(form.get('expires')).toISOString() : undefined,
    limits: Object.values(limits).some((value) => value !== undefined) ? limits : undefined,
    budget: amount === undefined ? undefined : { amount, every: form.get('budget.every') },
  };
  for (const list of LISTS) {
    const texts = form.get(list);
    body[list] = texts.length ? (list === 'tags' ? tagsOf(texts) : texts) : undefined;
  }
  return body;
}

/** The body of a create; null when a field is wrong. */
export function bodyOf(form) {
  return checked(form) ? said(form) : null;
}

/** A merge patch from what a key says to what the form says; null when a field is wrong. */
export function patchOf(form, key) {
  if (!checked(form)) {
    return null;
  }
  const next = said(form);
  const patch = {};
  for (const [name, value] of Object.entries(next)) {
    if (name === 'limits' || (name === 'expires' && local(key.expires) === form.get('expires'))) {
      continue;
    }
    if (JSON.stringify(value ?? null) !== JSON.stringify(key[name] ?? null)) {
      patch[name] = value ?? null;
    }
  }
  // Limits that the form does not show stay.
  const limits = { ...key.limits };
  for (const amount of AMOUNTS) {
    const value = form.numberOf('limits.' + amount);
    if (value === undefined) {
      delete limits[amount];
    } else {
      limits[amount] = value;
    }
  }
  if (JSON.stringify(limits) !== JSON.stringify(key.limits ?? {})) {
    patch.limits = Object.keys(limits).length ? limits : null;
  }
  return patch;
}
