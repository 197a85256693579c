// What was used: sums in groups, requests one by one, and the story of one of them.
import { html, nothing } from 'lit';
import words from '../words/usage.js';
import { BASE, get, path } from '../app/api.js';
import { addWords, t, word } from '../app/i18n.js';
import { compact, duration, micros, number, time } from '../app/format.js';
import { go, route, setQuery } from '../app/router.js';
import { icon } from '../parts/icons.js';
import { page, search, select, tabs } from '../parts/page.js';
import { Part } from '../parts/part.js';
import { Load, Paged, empty } from '../parts/states.js';
import { card, chip, code, facts, figure, name, notice, said } from '../parts/text.js';
import { isRange, span } from '../parts/time-range.js';

addWords(words);

const FILTERS = ['key', 'team', 'model', 'channel', 'account'];
const BY = ['model', 'key', 'team', 'channel', 'account'];
const ENDINGS = { completed: 'ok', failed: 'bad', cut: 'bad', cancelled: 'off' };
const DAY = 86_400_000;
const NONE = html`<span class="quiet">–</span>`;

/** Whose midnights: of this browser. */
function offset() {
  const minutes = -new Date().getTimezoneOffset();
  const size = Math.abs(minutes);
  return minutes === 0 ? 'Z' : (minutes < 0 ? '-' : '+') + String(Math.floor(size / 60)).padStart(2, '0') + ':' + String(size % 60).padStart(2, '0');
}

/** How fine a chart is over a time. */
function bucket({ from, to }) {
  const length = new Date(to) - new Date(from);
  return length <= DAY / 12 ? 'minute' : length <= 3 * DAY ? 'hour' : 'day';
}

const endingChip = (ending) => chip(ENDINGS[ending] ?? 'info', word('usage.ending', ending));

class UsagePage extends Part {
  static properties = { more: { state: true } };

  #asked;

  constructor() {
    super();
    this.watch(route);
    this.sums = new Load(this, (signal) => get('/usage', { ...this.#question(), 'group-by': this.by, order: 'cost', limit: 1000 }, { signal }), { eager: false });
    this.series = new Load(this, (signal) => this.#overTime(signal), { eager: false });
    this.requests = new Paged(this, async (cursor, signal) => {
      const answer = await get('/usage/records', { ...this.#question(), limit: 100, cursor }, { signal });
      return { rows: answer.records, cursor: answer['next-cursor'] };
    }, { eager: false });
    this.story = new Load(this, (signal) => get(path('requests', this.opened), {}, { signal }), { eager: false });
  }

  get range() {
    return isRange(route.value.query.range) ? route.value.query.range : '24h';
  }

  get by() {
    return BY.includes(route.value.query.by) ? route.value.query.by : 'model';
  }

  get tab() {
    return route.value.query.tab === 'requests' ? 'requests' : 'sums';
  }

  #filter() {
    const { query } = route.value;
    return Object.fromEntries([...FILTERS, 'ending'].filter((each) => query[each]).map((each) => [each, query[each]]));
  }

  #question() {
    return { ...this.time, offset: offset(), ...this.#filter() };
  }

  async #overTime(signal) {
    const unit = bucket(this.time);
    const groups = [];
    let cursor;
    do {
      const answer = await get('/usage', { ...this.#question(), 'group-by': unit, limit: 1000, cursor }, { signal });
      groups.push(...answer.groups);
      cursor = answer['next-cursor'];
    } while (cursor && groups.length < 5000);
    return groups;
  }

  #reload() {
    // One instant for all that is asked, so that numbers agree with each other.
    this.time = span(this.range);
    if (this.tab === 'sums') {
      this.sums.reload();
      this.series.reload();
    } else {
      this.requests.reload();
    }
  }

  willUpdate() {
    if (route.value.page !== 'usage') {
      return;
    }
    const opened = route.value.rest[0];
    if (opened !== this.opened) {
      this.opened = opened;
      this.story.value = undefined;
      this.story.problem = undefined;
      if (opened) {
        this.story.reload();
      }
    }
    const asked = JSON.stringify([this.range, this.tab, this.by, this.#filter()]);
    if (asked !== this.#asked) {
      this.#asked = asked;
      queueMicrotask(() => this.#reload());
    }
  }

  // Sums

  #charts(groups, currency) {
    const at = (group) => new Date(group.start).getTime();
    const { from, to } = this.time;
    const end = (instant) => [new Date(instant).getTime(), null];
    const points = (field) => [end(from), ...groups.map((group) => [at(group), group[field] ?? 0]), end(to)];
    return html`<div class="grid-2">
      ${card({ title: t('usage.over-time'), body: html`<sl-chart kind="bar" stacked label=${t('usage.over-time')} .format=${compact} .series=${[
        { name: t('usage.input'), data: points('input-tokens') },
        { name: t('usage.output'), data: points('output-tokens') },
      ]}></sl-chart>` })}
      ${card({ title: t('usage.cost-over-time'), body: html`<sl-chart kind="bar" label=${t('usage.cost-over-time')} .format=${(value) => micros(value, currency)} .series=${[
        { name: t('usage.cost'), data: points('cost-micros') },
      ]}></sl-chart>` })}</div>`;
  }

  #sumColumns(currency) {
    const count = (id, label, narrow) => ({ id, label, align: 'right', narrow, cell: (row) => number(row[id] ?? 0), sort: (row) => row[id] ?? 0 });
    const by = this.by;
    return [
      { id: 'name', label: t('usage.by.' + by), width: 'minmax(9rem, 2fr)', sort: (row) => row[by] ?? '', cell: (row) => (row[by] ? name(row[by]) : html`<span class="quiet">${t('usage.none')}</span>`) },
      count('requests', t('usage.count')),
      count('failures', t('usage.failures'), false),
      count('input-tokens', t('usage.input'), false),
      count('output-tokens', t('usage.output'), false),
      { id: 'cost', label: t('usage.cost'), align: 'right', cell: (row) => micros(row['cost-micros'], currency), sort: (row) => row['cost-micros'] },
    ];
  }

  #figures(total, currency) {
    return html`<div class="figures">
      ${figure({ label: t('usage.count'), value: number(total.requests), hint: total.failures ? t('usage.failures') + ' ' + number(total.failures) : undefined })}
      ${figure({ label: t('usage.input'), value: number(total['input-tokens']), hint: t('usage.cached') + ' ' + number(total['cached-tokens']) })}
      ${figure({ label: t('usage.output'), value: number(total['output-tokens']), hint: t('usage.reasoning') + ' ' + number(total['reasoning-tokens']) })}
      ${figure({ label: t('usage.cost'), value: micros(total['cost-micros'], currency), hint: total['other-micros'] ? t('usage.other') + ' ' + micros(total['other-micros'], currency) : undefined })}
      ${total.unpriced ? figure({ kind: 'warn', label: t('usage.unpriced'), value: number(total.unpriced) }) : nothing}</div>`;
  }

  #sumsBody(sums) {
    const { currency } = sums;
    return html`${sums.complete === false ? notice('warn', t('usage.incomplete')) : nothing}
      ${this.#figures(sums.total, currency)}
      ${this.series.render((groups) => this.#charts(groups, currency), { lines: 4 })}
      <sl-table opens .columns=${this.#sumColumns(currency)} .rows=${sums.groups} .keyOf=${(row) => row[this.by] ?? ''} .sorting=${this.sorting} label=${t('usage.sums')}
        @sorted=${(event) => (this.sorting = event.detail)} @open=${(event) => event.detail[this.by] && setQuery({ [this.by]: event.detail[this.by], tab: 'requests' })}></sl-table>`;
  }

  // Requests

  get requestColumns() {
    return [
      { id: 'time', label: t('usage.time'), width: 'minmax(10rem, 12rem)', cell: (row) => time(row['started-at']) },
      { id: 'model', label: t('usage.model'), width: 'minmax(8rem, 2fr)', cell: (row) => name(row.model) },
      { id: 'key', label: t('usage.key'), narrow: false, cell: (row) => name(row.key) },
      { id: 'ending', label: t('usage.ending'), width: 'minmax(6rem, 8rem)', cell: (row) => endingChip(row.ending) },
      { id: 'input', label: t('usage.input'), align: 'right', narrow: false, cell: (row) => number(row['input-tokens']) },
      { id: 'output', label: t('usage.output'), align: 'right', narrow: false, cell: (row) => number(row['output-tokens']) },
      { id: 'cost', label: t('usage.cost'), align: 'right', narrow: false, cell: (row) => micros(row['cost-micros'], row.currency) },
      { id: 'total', label: t('usage.total'), align: 'right', narrow: false, cell: (row) => duration(row['total-micros'] / 1000) },
    ];
  }

  #requestsBody(records) {
    return html`<sl-table fill opens .columns=${this.requestColumns} .rows=${records} .keyOf=${(row) => row.id} .selected=${this.opened} ?more=${Boolean(this.requests.cursor)}
      label=${t('usage.requests')} @more=${() => this.requests.more()} @open=${(event) => go('usage', event.detail.id, route.value.query)}></sl-table>`;
  }

  // One

  #storyBody(story) {
    const row = story.record;
    const { refusal, timings = {}, price } = story;
    return html`${refusal ? notice('warn', html`<strong>${t('usage.story.refused')}</strong> ${said(refusal.reason ?? refusal.cause ?? '')}`) : nothing}
      ${row ? html`
        ${facts([
          [t('usage.story.ended'), html`${endingChip(row.ending)} <span class="mono">${row.status}</span>`],
          row.error ? [t('usage.story.error'), said(row.error)] : null,
          [t('usage.time'), time(row['started-at'])],
          [t('usage.key'), name(row.key)],
          row.team ? [t('usage.filter.team'), name(row.team)] : null,
          [t('usage.model'), html`${name(row.model)}${row['served-model'] && row['served-model'] !== row.model ? html` → ${name(row['served-model'])}` : nothing}`],
          [t('usage.story.account'), row.account ? name(row.account) : NONE],
          row['upstream-model'] ? [t('usage.story.upstream'), name(row['upstream-model'])] : null,
          [t('usage.story.attempts'), number(row.attempts)],
          [t('usage.story.endpoint'), html`${row.endpoint}${row.stream ? html` · ${t('usage.story.stream')}` : nothing}`],
          [t('usage.story.waited'), duration(timings['waited-ms'])],
          [t('usage.story.first-byte'), duration(timings['first-byte-ms'])],
          [t('usage.total'), duration(timings['total-ms'])],
          timings['tokens-per-second'] ? [t('usage.story.speed'), t('usage.story.per-second', { n: number(timings['tokens-per-second']) })] : null,
          [t('usage.input'), html`${number(row['input-tokens'])}${row['cached-tokens'] ? html` <span class="quiet">${t('usage.cached')} ${number(row['cached-tokens'])}</span>` : nothing}`],
          [t('usage.output'), html`${number(row['output-tokens'])}${row['reasoning-tokens'] ? html` <span class="quiet">${t('usage.reasoning')} ${number(row['reasoning-tokens'])}</span>` : nothing}
            ${row.estimated ? html`<span class="quiet">${t('usage.story.estimated')}</span>` : nothing}`],
          [t('usage.cost'), row['cost-micros'] == null ? t('usage.unpriced') : micros(row['cost-micros'], row.currency)],
          row['price-revision'] ? [t('usage.story.price'), html`<span class="mono">${row['price-revision']}</span>${price && !price.used ? html`<p class="quiet">${t('usage.story.price.other')}</p>` : nothing}`] : null,
          row.client ? [t('usage.story.client'), name(row.client)] : null,
          [t('usage.story.node'), name(row.node ?? '')],
        ])}` : notice('info', t('usage.story.not-recorded'))}
      ${story['other-attempts']?.length ? html`<h3>${t('usage.story.others')}</h3>${story['other-attempts'].map((each) => facts([
        [t('usage.story.account'), name(each.account ?? each.channel ?? '')],
        [t('usage.input'), number(each['input-tokens'])],
        [t('usage.output'), number(each['output-tokens'])],
        [t('usage.cost'), micros(each['cost-micros'], each.currency)],
        each.cause ? [t('usage.story.error'), said(each.cause)] : null,
      ]))}` : nothing}
      ${story['candidates-now'] ? html`<h3>${t('usage.story.candidates')}</h3><p>${story['candidates-now'].accounts.slice(0, 12).map((each) => html`${name(each.account)} `)}
        ${story['candidates-now']['in-all'] > 12 ? html`<span class="quiet">+${number(story['candidates-now']['in-all'] - 12)}</span>` : nothing}</p>` : nothing}
      <details class="more-fields"><summary>${t('usage.story.raw')}</summary>${code(JSON.stringify(story, null, 2))}</details>`;
  }

  #filters() {
    return FILTERS.filter((each) => route.value.query[each]).map((each) => html`<span class="tag">${t('usage.filter.' + each)}: <bdi>${route.value.query[each]}</bdi>
      <button type="button" aria-label=${t('usage.filter.remove', { name: t('usage.filter.' + each) })} @click=${() => setQuery({ [each]: null })}>${icon('close')}</button></span>`);
  }

  /** The browser itself takes the file, however long it is. */
  #export(format) {
    const search = new URLSearchParams({ format, ...this.#question() });
    if (this.tab === 'sums') {
      search.append('group-by', this.by);
      search.append('group-by', bucket(this.time));
    }
    location.assign(`${BASE}/usage/export?${search}`);
  }

  render() {
    const { query } = route.value;
    const nothingThere = () => empty({ icon: 'usage', title: t('usage.empty'), text: t('usage.empty.text') });
    return html`${page({
      title: t('page.usage'),
      lead: t('usage.lead'),
      fill: this.tab === 'requests',
      actions: html`<sl-menu css="button" label=${t('usage.export')} .face=${html`${icon('download')}${t('usage.export')}`} .items=${['csv', 'jsonl'].map((format) => ({
        label: t('usage.export.' + format), icon: 'download', run: () => this.#export(format),
      }))}></sl-menu>`,
      tools: html`<sl-time-range value=${this.range} @range=${(event) => setQuery({ range: event.detail })}></sl-time-range>
        ${tabs({ items: [{ id: 'sums', label: t('usage.sums') }, { id: 'requests', label: t('usage.requests') }], active: this.tab, choose: (id) => setQuery({ tab: id }), label: t('page.usage') })}
        ${this.tab === 'sums'
          ? select({ value: this.by, label: t('usage.by'), change: (value) => setQuery({ by: value }), options: BY.map((each) => ({ value: each, label: t('usage.by.' + each) })) })
          : search({ value: '', label: t('usage.find'), input: (text) => text.trim().length === 36 && go('usage', text.trim(), query) })}
        ${select({ value: query.ending, label: t('usage.ending'), change: (value) => setQuery({ ending: value }),
          options: [{ value: '', label: t('usage.ending') }, ...Object.keys(ENDINGS).map((each) => ({ value: each, label: t('usage.ending.' + each) }))] })}
        ${this.#filters()}`,
      body: this.tab === 'sums'
        ? this.sums.render((sums) => this.#sumsBody(sums), { isEmpty: (sums) => sums.total.requests === 0, empty: nothingThere })
        : this.requests.render((records) => this.#requestsBody(records), { isEmpty: (records) => records.length === 0, empty: nothingThere }),
    })}
    <sl-dialog ?open=${Boolean(this.opened)} size="drawer" .heading=${t('usage.story')} .lead=${html`<span class="mono">${this.opened}</span>`}
      @closed=${() => go('usage', [], route.value.query)} .body=${() => this.story.render((story) => this.#storyBody(story))}></sl-dialog>`;
  }
}

customElements.define('sl-page-usage', UsagePage);
