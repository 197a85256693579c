// Charts. The library comes with the first one that is shown.
import { html } from 'lit';
import { compact, number } from '../app/format.js';
import { locale, t } from '../app/i18n.js';
import { shade } from '../app/theme.js';
import { Part, style } from './part.js';
import { failed, loading } from './states.js';

let library;

function echarts() {
  library ??= import('echarts').catch((problem) => {
    library = undefined;
    throw problem;
  });
  return library;
}

/**
 * <sl-chart label .series .format kind="line|area|bar" stacked height>
 *
 * series: [{ name, data: [[milliseconds, number or null], …], colour: index of the palette }] over time; with categories: [text, …] data is
 * [number, …]. format: (number) => text for axis and tooltip. option: (colours) => whatever else ECharts takes, merged last.
 * What it shows is in a table for those who cannot see it.
 */
class Chart extends Part {
  static properties = {
    label: {},
    series: { attribute: false },
    categories: { attribute: false },
    format: { attribute: false },
    option: { attribute: false },
    kind: {},
    stacked: { type: Boolean },
    horizontal: { type: Boolean },
    height: { type: Number },
    state: { state: true },
  };

  #chart;
  #observer;
  #ended = false;

  constructor() {
    super();
    this.watch(shade);
    this.series = [];
    this.kind = 'line';
    this.height = 220;
    this.format = compact;
    this.state = 'loading';
  }

  async firstUpdated() {
    await this.#begin();
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.#ended) {
      this.#ended = false;
      this.#begin();
    }
  }

  async #begin() {
    try {
      const { init } = await echarts();
      await this.updateComplete;
      const place = this.querySelector('.chart-canvas');
      if (!this.isConnected || this.#chart || !place) {
        return;
      }
      this.#chart = init(place, null, { renderer: 'canvas' });
      this.#observer = new ResizeObserver(() => this.#chart?.resize());
      this.#observer.observe(place);
      this.state = 'ready';
    } catch (problem) {
      this.problem = problem;
      this.state = 'failed';
    }
  }

  disconnectedCallback() {
    this.#observer?.disconnect();
    this.#chart?.dispose();
    this.#chart = undefined;
    this.#ended = true;
    super.disconnectedCallback();
  }

  updated() {
    this.#chart?.setOption(this.#options(), { notMerge: true, lazyUpdate: true });
  }

  #options() {
    const css = getComputedStyle(this);
    const colour = (name) => css.getPropertyValue(name).trim();
    const palette = Array.from({ length: 8 }, (none, i) => colour('--chart-' + (i + 1)));
    const text = colour('--text-quiet');
    const font = { fontFamily: css.fontFamily, fontSize: 12, color: text };
    const line = { lineStyle: { color: colour('--line') } };
    const values = { type: 'value', axisLabel: { ...font, formatter: (value) => this.format(value) }, splitLine: line, minInterval: 0 };
    const keys = this.categories
      ? { type: 'category', data: this.categories, axisLabel: { ...font, hideOverlap: true, width: this.horizontal ? 140 : undefined, overflow: 'truncate' }, axisLine: line, axisTick: { show: false }, inverse: this.horizontal }
      : { type: 'time', axisLabel: { ...font, hideOverlap: true }, axisLine: line, axisTick: line, splitLine: { show: false } };
    const options = {
      color: palette,
      animation: false,
      textStyle: font,
      grid: { left: 4, right: 16, top: this.series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
      legend: this.series.length > 1 ? { type: 'scroll', top: 0, left: 0, icon: 'roundRect', itemWidth: 10, itemHeight: 10, textStyle: { ...font, color: colour('--text') }, pageTextStyle: font } : undefined,
      tooltip: {
        trigger: 'axis',
        renderMode: 'richText',
        confine: true,
        backgroundColor: colour('--surface-high'),
        borderColor: colour('--line-strong'),
        textStyle: { ...font, color: colour('--text') },
        axisPointer: { lineStyle: { color: colour('--line-strong') } },
        valueFormatter: (value) => (value == null ? '–' : this.format(value)),
      },
      xAxis: this.horizontal ? values : keys,
      yAxis: this.horizontal ? keys : values,
      series: this.series.map((each, i) => ({
        name: each.name,
        type: this.kind === 'bar' ? 'bar' : 'line',
        data: each.data,
        stack: this.stacked ? 'all' : undefined,
        barMaxWidth: 28,
        showSymbol: false,
        symbolSize: 5,
        lineStyle: { width: 1.75 },
        areaStyle: this.kind === 'area' || (this.stacked && this.kind === 'line') ? { opacity: this.stacked ? 0.35 : 0.12 } : undefined,
        itemStyle: each.colour === undefined ? undefined : { color: palette[each.colour] },
        color: palette[(each.colour ?? i) % palette.length],
        emphasis: { disabled: true },
      })),
    };
    return { ...options, ...this.option?.({ palette, colour, font }) };
  }

  #table() {
    const keys = this.categories ?? [...new Set(this.series.flatMap((each) => each.data.map(([at]) => at)))].sort((a, b) => a - b);
    const value = (each, key, i) => (this.categories ? each.data[i] : each.data.find(([at]) => at === key)?.[1]);
    return html`<table><caption>${this.label}</caption><thead><tr><th>${t('chart.at')}</th>${this.series.map((each) => html`<th>${each.name}</th>`)}</tr></thead>
      <tbody>${keys.slice(0, 200).map((key, i) => html`<tr><th>${this.categories ? key : new Date(key).toLocaleString(locale())}</th>
        ${this.series.map((each) => html`<td>${number(value(each, key, i), 6)}</td>`)}</tr>`)}</tbody></table>`;
  }

  render() {
    return html`<figure class="chart" aria-label=${this.label} ${style({ '--height': this.height + 'px' })}>
      ${this.state === 'loading' ? loading(4) : this.state === 'failed' ? failed(this.problem, () => { this.state = 'loading'; this.#begin(); }) : ''}
      <div class="chart-canvas ${this.state === 'ready' ? '' : 'chart-hidden'}" role="img" aria-label=${this.label}></div>
      <div class="off-screen">${this.state === 'ready' ? this.#table() : ''}</div></figure>`;
  }
}

customElements.define('sl-chart', Chart);
