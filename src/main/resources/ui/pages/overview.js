// How the gateway does: figures, charts, and what needs somebody.
import { html, nothing } from 'lit';
import words from '../words/overview.js';
import { get } from '../app/api.js';
import { addWords, t, word } from '../app/i18n.js';
import { compact, duration, micros, number } from '../app/format.js';
import { PAGES } from '../app/pages.js';
import { link, route, setQuery } from '../app/router.js';
import { can, session } from '../app/session.js';
import { page, segments, select } from '../parts/page.js';
import { Every, Part } from '../parts/part.js';
import { Load } from '../parts/states.js';
import { card, chip, facts, figure, name, notice, said } from '../parts/text.js';

addWords(words);

const EVERY_MS = 5_000;
const RANGES = ['1h', '24h', '7d'];
const BY = ['model', 'team', 'channel'];
const SEVERITIES = { critical: 'bad', warning: 'warn', info: 'info' };

/** The address of the page that the API names, when there is one that this reader may see. */
function place(to) {
  const found = PAGES.find((each) => each.id === to?.page);
  if (!found || !can(found.role) || (session.value?.team && !found.team) || found.id === 'overview') {
    return undefined;
  }
  if (found.id === 'pool' && to.account) {
    return link('pool', to.account.split('/'));
  }
  if (found.id === 'pool') {
    return link('pool', [], { q: to.model });
  }
  return link(found.id, to.name ? [to.name] : []);
}

class OverviewPage extends Part {
  #asked;

  constructor() {
    super();
    this.watch(route);
    const again = (load) => ({ background: load.value !== undefined });
    this.numbers = new Load(this, (signal) => get('/overview', { range: this.range, by: this.by }, { signal, ...again(this.numbers) }), { eager: false });
    this.attention = new Load(this, (signal) => get('/attention', {}, { signal, ...again(this.attention) }));
    new Every(this, EVERY_MS, () => {
      this.numbers.reload();
      this.attention.reload();
    });
  }

  get range() {
    return RANGES.includes(route.value.query.range) ? route.value.query.range : '1h';
  }

  get by() {
    return BY.includes(route.value.query.by) ? route.value.query.by : 'model';
  }

  willUpdate() {
    const asked = this.range + this.by;
    if (asked !== this.#asked) {
      this.#asked = asked;
      queueMicrotask(() => this.numbers.reload());
    }
  }

  #figures({ total, now, currency }) {
    return html`<div class="figures">
      ${now ? figure({ label: t('overview.now.in-flight'), value: number(now['in-flight']), hint: t('overview.now.streams', { n: number(now.streams) }) }) : nothing}
      ${now ? figure({ label: t('overview.now.waiting'), value: number(now.waiting), hint: t('overview.node'), kind: now.waiting > 0 ? 'warn' : undefined }) : nothing}
      ${total ? html`
        ${figure({ label: t('overview.requests'), value: number(total.requests), hint: total.failures ? t('overview.failures', { n: number(total.failures) }) : undefined })}
        ${figure({ label: t('overview.tokens'), value: compact(total['input-tokens'] + total['output-tokens']),
          hint: t('overview.tokens.parts', { in: compact(total['input-tokens']), out: compact(total['output-tokens']) }) })}
        ${figure({ label: t('overview.cost'), value: micros(total['cost-micros'], currency) })}
        ${figure({ label: t('overview.first-token'), value: duration(total['first-token-ms'].p50), hint: t('overview.p99.value', { time: duration(total['first-token-ms'].p99) }) })}
        ${figure({ label: t('overview.avoided'), value: number(total['refusals-avoided']),
          hint: t('overview.avoided.parts', { waited: number(total.waited), moved: number(total.moved) }) })}` : nothing}</div>`;
  }

  #charts({ series, currency, from, to }) {
    // Both ends, so that all charts show the whole time.
    const at = (instant) => new Date(instant).getTime();
    const points = (value) => [[at(from), null], ...series.map((row) => [at(row.start), value(row)]), [at(to), null]];
    const chart = (title, kind, format, lines, stacked = false) => card({ title, body: html`<sl-chart kind=${kind} ?stacked=${stacked} label=${title} .format=${format} .series=${lines}></sl-chart>` });
    return html`<div class="grid-2">
      ${chart(t('overview.chart.requests'), 'bar', compact, [
        { name: t('overview.chart.completed'), data: points((row) => row.requests - row.failures) },
        { name: t('overview.chart.failed'), data: points((row) => row.failures) },
      ], true)}
      ${chart(t('overview.chart.tokens'), 'bar', compact, [
        { name: t('overview.chart.input'), data: points((row) => row['input-tokens']) },
        { name: t('overview.chart.output'), data: points((row) => row['output-tokens']) },
      ], true)}
      ${chart(t('overview.chart.first-token'), 'line', duration, [
        { name: t('overview.p50'), data: points((row) => row['first-token-ms'].p50) },
        { name: t('overview.p99'), data: points((row) => row['first-token-ms'].p99) },
      ])}
      ${chart(t('overview.chart.cost'), 'bar', (value) => micros(value, currency), [{ name: t('overview.chart.cost'), data: points((row) => row['cost-micros']) }])}</div>`;
  }

  #groups({ groups, currency }) {
    const by = this.by;
    const columns = [
      { id: 'name', label: t('overview.by.' + by), width: 'minmax(8rem, 2fr)', cell: (row) => (row[by] ? name(row[by]) : html`<span class="quiet">${t('overview.none')}</span>`) },
      { id: 'requests', label: t('overview.requests'), align: 'right', cell: (row) => number(row.requests) },
      { id: 'p50', label: t('overview.first-token'), align: 'right', narrow: false, cell: (row) => duration(row['first-token-ms'].p50) },
      { id: 'cost', label: t('overview.cost'), align: 'right', cell: (row) => micros(row['cost-micros'], currency) },
    ];
    return card({
      title: t('overview.by.' + by),
      actions: select({ value: by, label: t('overview.by'), change: (value) => setQuery({ by: value }), options: BY.map((each) => ({ value: each, label: t('overview.by.' + each) })) }),
      body: html`<sl-table .columns=${columns} .rows=${groups} .keyOf=${(row) => row[by] ?? ''} label=${t('overview.by.' + by)}></sl-table>`,
    });
  }

  #errors({ total }) {
    const errors = Object.entries(total.errors).sort(([, a], [, b]) => b - a);
    return card({
      title: t('overview.errors'),
      body: errors.length
        ? facts(errors.map(([kind, count]) => [word('overview.error', kind), number(count)]))
        : html`<p class="quiet">${t('overview.errors.none')}</p>`,
    });
  }

  #needs({ items: attention, counts }) {
    const shown = {};
    attention.forEach((each) => (shown[each.code] = (shown[each.code] ?? 0) + 1));
    const more = Object.entries(counts ?? {}).filter(([code, count]) => count > (shown[code] ?? 0));
    return card({
      title: t('overview.attention'),
      body: attention.length === 0
        ? html`<p>${chip('ok', t('overview.attention.none'))}</p>`
        : html`<ul class="needs">${attention.map((each) => {
          const at = place(each.link);
          const title = html`${chip(SEVERITIES[each.severity] ?? 'info', word('overview.severity', each.severity))} <strong>${word('overview.code', each.code)}</strong>
            ${each.subject?.name ? name(each.subject.name) : nothing}`;
          return html`<li>${at ? html`<a href=${at}>${title}</a>` : html`<span>${title}</span>`}<p class="quiet">${said(each.detail)}</p></li>`;
        })}${more.map(([code, count]) => html`<li class="quiet">${word('overview.code', code)}: ${t('overview.attention.more', { n: number(count - (shown[code] ?? 0)) })}</li>`)}</ul>`,
    });
  }

  render() {
    return page({
      title: t('page.overview'),
      lead: t('overview.lead'),
      tools: segments({ label: t('overview.range'), active: this.range, choose: (id) => setQuery({ range: id }), items: RANGES.map((id) => ({ id, label: t('overview.range.' + id) })) }),
      body: html`${this.numbers.render((numbers) => html`
        ${numbers.ledger ? nothing : notice('info', t('overview.no-ledger'))}
        ${this.#figures(numbers)}
        ${numbers.total ? this.#charts(numbers) : nothing}`)}
        <div class="grid-2">${this.attention.render((found) => this.#needs(found), { lines: 3 })}
          ${this.numbers.value?.total ? html`<div class="stack">${this.#groups(this.numbers.value)}${this.#errors(this.numbers.value)}</div>` : nothing}</div>`,
    });
  }
}

customElements.define('sl-page-overview', OverviewPage);
