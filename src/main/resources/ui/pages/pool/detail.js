// One account, or one channel, beside the list.
import { html, nothing } from 'lit';
import { duration, micros, number, percent } from '../../app/format.js';
import { t, word } from '../../app/i18n.js';
import { chip, facts, figure, name, notice, said, tag, when } from '../../parts/text.js';
import { STATES, errorText, left, limitBar, limitName, next, slowest, stateChip, success, why } from './cells.js';

/** Who did it: files, provider and gateway are words; anything else is a token's name and address. */
const doer = (by) => (['files', 'provider', 'gateway'].includes(by) ? word('pool.by', by) : name(by));

function figures(account, sum) {
  const good = success(account);
  const p50 = slowest(account, 'p50');
  return html`<div class="figures pool-figures">
    ${figure({ label: t('pool.success'), value: good ? percent(good.share, good.share === 1 ? 0 : 1) : '–', hint: good && (good.of ? t('pool.success.of', { n: number(good.of) }) : t('pool.success.earlier')) })}
    ${figure({ label: t('pool.latency'), value: p50 === undefined ? '–' : duration(Math.round(p50)), hint: p50 === undefined ? undefined : `p95 ${duration(Math.round(slowest(account, 'p95')))}` })}
    ${figure({ label: t('pool.in-flight'), value: number(account['in-flight']) })}
    ${figure({ label: t('pool.cost'), value: sum ? micros(sum['cost-micros'], sum.currency) : '–', hint: sum ? t('pool.cost.requests', { n: number(sum.requests) }) : t('pool.cost.hint') })}</div>`;
}

function limitList(account) {
  if (!account.limits?.length) {
    return html`<p class="quiet">${t(account.limits ? 'pool.limits.none' : 'pool.limits.unknown')}</p>`;
  }
  return html`<ul class="plain-list stack pool-limit-list">${account.limits.map((limit) => html`<li>
    <div class="pool-limit-head"><span>${limitName(limit)} <span class="quiet">${number(limit.limit)}</span></span>${limit.of === 'account'
      ? nothing : tag(limit.of.replace(/^model:/, '').replace(/^group:/, t('pool.group') + ' '))}</div>${limitBar(limit, true)}</li>`)}</ul>`;
}

function model(each) {
  const times = each['first-byte-ms'];
  return html`<li class="pool-model"><div class="pool-limit-head">${name(each.model)}<span>${each.outlier ? chip('warn', t('pool.outlier'), t('pool.outlier.text')) : nothing} ${stateChip(each.state)}</span></div>
    <div class="quiet pool-below">${[
      each['success-permille'] === undefined ? undefined : t('pool.model.success', { share: percent(each['success-permille'] / 1000) }),
      times ? `p50 ${duration(Math.round(times.p50))} · p95 ${duration(Math.round(times.p95))} · p99 ${duration(Math.round(times.p99))}` : undefined,
      each['endpoint-breaker'] === 'closed' ? undefined : t('pool.model.endpoint', { state: word('pool.breaker', each['endpoint-breaker']) }),
      left(each.until) ? t('pool.back-in', { time: left(each.until) }) : undefined,
    ].filter(Boolean).join(' · ') || t('pool.model.idle')}</div></li>`;
}

/** What is known of an account. sum: of the ledger, if there is one. */
export function accountDetail(account, sum) {
  const error = account['last-error'];
  return html`
    <div class="pool-state">${stateChip(account.state)}<span class="quiet">${word('pool.means', account.state)}</span></div>
    ${account.state !== 'up' && why(account) ? html`<p>${said(why(account))}</p>` : nothing}
    ${next(account) ? html`<p class="pool-countdown" role="timer">${next(account)}</p>` : nothing}
    ${figures(account, sum)}
    <section><h3>${t('pool.limits')}</h3>${limitList(account)}</section>
    ${error ? html`<section><h3>${t('pool.last-error')} <span class="quiet pool-when">${when(error.at)}</span></h3>${errorText(error)}</section>` : nothing}
    <section><h3>${t('pool.standing')}</h3>${facts([
      account.by ? [t('pool.by'), doer(account.by)] : null,
      account.since ? [t('pool.since'), when(account.since)] : null,
      [t('pool.files'), word('pool.wanted', account.files)],
      [t('pool.operators'), word('pool.wanted', account.operators)],
      [t('pool.breaker'), word('pool.breaker', account.breaker)],
      [t('pool.share'), html`${percent(account['share-permille'] / 1000)}${account['share-permille'] < 1000 ? html`<p class="quiet">${t('pool.share.text')}</p>` : nothing}`],
    ])}</section>
    <section><h3>${t('pool.models')}</h3><ul class="plain-list">${account.models.map(model)}</ul></section>`;
}

/** What is known of a channel: { channel, accounts, states, sum }. */
export function channelDetail({ accounts, states, sum, used }, filterHref) {
  const models = [...new Set(accounts.flatMap((account) => account.models.map((each) => each.model)))];
  const usable = accounts.filter((account) => account.state === 'up').length;
  return html`
    ${usable === 0 ? notice('bad', t('pool.channel.none-up')) : nothing}
    <div class="figures pool-figures">
      ${figure({ label: t('pool.channel.usable'), value: `${number(usable)} / ${number(accounts.length)}` })}
      ${figure({ label: t('pool.in-flight'), value: number(accounts.reduce((a, each) => a + each['in-flight'], 0)) })}
      ${figure({ label: t('pool.channel.used'), value: used === undefined ? '–' : percent(used, 0), hint: t('pool.channel.used.hint') })}
      ${figure({ label: t('pool.cost'), value: sum ? micros(sum['cost-micros'], sum.currency) : '–', hint: sum ? t('pool.cost.requests', { n: number(sum.requests) }) : undefined })}</div>
    <section><h3>${t('pool.accounts')}</h3>${facts(Object.keys(STATES).filter((state) => states[state]).map((state) => [stateChip(state),
      html`<a href=${filterHref(state)}>${t('pool.accounts.n', { n: number(states[state]) })}</a>`]))}</section>
    <section><h3>${t('pool.models')}</h3><div class="tags">${models.map((each) => tag(each))}</div></section>`;
}
