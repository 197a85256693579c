// Tables of any length: only the rows in sight are in the page.
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { t } from '../app/i18n.js';
import { number } from '../app/format.js';
import { icon } from './icons.js';
import { Part, style } from './part.js';

const BESIDE = 8;
const ALL = 60;

/**
 * <sl-table .columns .rows .keyOf .rowHeight label @open @sorted @more>
 *
 * columns: [{ id, label, width: of CSS grid ('minmax(10rem, 2fr)'), align: 'right', cell: (row) => template, sort: (row) => text or number,
 *            narrow: false leaves it out at phone width, hideLabel }]
 * keyOf: (row) => what tells rows apart. @open: Enter or a click on a row, detail is the row; without hrefOf and .opens rows are not to be opened.
 * sorting: { id, down }; it sorts by itself, and tells by @sorted. more: whether there are more rows than these; @more asks for them.
 * Arrow keys, Page Up and Down, Home and End go through the rows.
 */
class Table extends Part {
  static properties = {
    columns: { attribute: false },
    rows: { attribute: false },
    keyOf: { attribute: false },
    opens: { type: Boolean },
    selected: { attribute: false },
    sorting: { attribute: false },
    rowHeight: { type: Number, attribute: 'row-height' },
    fill: { type: Boolean },
    more: { type: Boolean },
    label: {},
    first: { state: true },
    at: { state: true },
  };

  #observer;
  #seen = 20;
  #sorted;
  #sortedOf;

  constructor() {
    super();
    this.columns = [];
    this.rows = [];
    this.keyOf = (row) => row.name;
    this.rowHeight = 44;
    this.first = 0;
    this.at = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer = new ResizeObserver(() => this.#measure());
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    super.disconnectedCallback();
  }

  updated() {
    this.#measure();
  }

  firstUpdated() {
    this.#observer.observe(this.querySelector('.table-rows'));
  }

  #measure() {
    const box = this.querySelector('.table-rows');
    const seen = Math.ceil(box.clientHeight / this.rowHeight) + 1;
    const first = Math.max(0, Math.floor(box.scrollTop / this.rowHeight) - BESIDE);
    this.querySelector('.table').classList.toggle('table-scrolls', box.scrollHeight > box.clientHeight + 1);
    if (seen !== this.#seen || first !== this.first) {
      this.#seen = seen;
      this.first = first;
      this.requestUpdate();
    }
  }

  #scrolled(event) {
    const box = event.currentTarget;
    const first = Math.max(0, Math.floor(box.scrollTop / this.rowHeight) - BESIDE);
    if (Math.abs(first - this.first) >= BESIDE / 2 || first === 0) {
      this.first = first;
    }
    if (this.more && box.scrollTop + box.clientHeight > box.scrollHeight - 10 * this.rowHeight) {
      this.dispatchEvent(new CustomEvent('more'));
    }
  }

  /** The rows in their order. */
  get ordered() {
    const column = this.sorting && this.columns.find((each) => each.id === this.sorting.id && each.sort);
    if (!column) {
      return this.rows;
    }
    const of = [this.rows, column.id, this.sorting.down];
    if (!this.#sortedOf || of.some((each, i) => each !== this.#sortedOf[i])) {
      this.#sortedOf = of;
      const down = this.sorting.down ? -1 : 1;
      const keyed = this.rows.map((row, i) => [column.sort(row), i, row]);
      // What has no value comes last, whichever way.
      keyed.sort(([a, i], [b, j]) => {
        if (a == null || b == null) {
          return a == null ? (b == null ? i - j : 1) : -1;
        }
        const less = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
        return less === 0 ? i - j : less * down;
      });
      this.#sorted = keyed.map(([, , row]) => row);
    }
    return this.#sorted;
  }

  #sort(column) {
    const again = this.sorting?.id === column.id;
    this.sorting = again && this.sorting.down ? undefined : { id: column.id, down: again };
    this.dispatchEvent(new CustomEvent('sorted', { detail: this.sorting }));
  }

  #open(row) {
    if (this.opens) {
      this.dispatchEvent(new CustomEvent('open', { detail: row }));
    }
  }

  #clicked(event, row, index) {
    this.at = index;
    // A click on something in the row is for that; marking a text is no click.
    if (!event.target.closest('a, button, input, select, label, summary') && !String(getSelection())) {
      this.#open(row);
    }
  }

  #pressed(event) {
    const rows = this.ordered;
    const page = Math.max(1, this.#seen - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -rows.length, End: rows.length };
    if (event.key in steps && !event.target.closest('input, select, textarea, [role=menu]')) {
      event.preventDefault();
      this.#to(Math.min(rows.length - 1, Math.max(0, this.at + steps[event.key])));
    } else if (event.key === 'Enter' && event.target.matches('.table-row')) {
      this.#open(rows[this.at]);
    }
  }

  async #to(index) {
    const box = this.querySelector('.table-rows');
    const top = index * this.rowHeight;
    if (top < box.scrollTop) {
      box.scrollTop = top;
    } else if (top + this.rowHeight > box.scrollTop + box.clientHeight) {
      box.scrollTop = top + this.rowHeight - box.clientHeight;
    }
    this.at = index;
    this.#measure();
    await this.updateComplete;
    this.querySelector('.table-row[tabindex="0"]')?.focus({ preventScroll: true });
  }

  #head(column) {
    const sorted = this.sorting?.id === column.id ? (this.sorting.down ? 'descending' : 'ascending') : column.sort ? 'none' : undefined;
    const css = `table-cell ${column.align === 'right' ? 'right' : ''} ${column.narrow === false ? 'wide-only' : ''}`;
    return html`<div role="columnheader" class=${css} aria-sort=${sorted ?? nothing}>${column.sort
      ? html`<button type="button" class="table-sort" @click=${() => this.#sort(column)}>${column.label}${sorted === 'none'
        ? nothing : icon(this.sorting.down ? 'down' : 'up')}</button>`
      : html`<span class=${column.hideLabel ? 'off-screen' : ''}>${column.label}</span>`}</div>`;
  }

  #row(row, index, selected) {
    return html`<div role="row" class="table-row ${this.opens ? 'opens' : ''} ${selected ? 'selected' : ''}" aria-rowindex=${index + 2}
      aria-selected=${this.opens ? String(selected) : nothing} tabindex=${index === this.at ? 0 : -1} @click=${(event) => this.#clicked(event, row, index)}
      @focus=${() => (this.at = index)}>${this.columns.map((column) => html`<div role="gridcell"
        class="table-cell ${column.align === 'right' ? 'right' : ''} ${column.narrow === false ? 'wide-only' : ''}">${column.cell(row)}</div>`)}</div>`;
  }

  render() {
    const rows = this.ordered;
    this.at = Math.min(this.at, Math.max(0, rows.length - 1));
    const few = rows.length <= ALL && !this.fill;
    const first = few ? 0 : Math.min(this.first, Math.max(0, rows.length - 1));
    const shown = few ? rows : rows.slice(first, first + this.#seen + 2 * BESIDE);
    const tracks = (narrow) => this.columns.filter((each) => !narrow || each.narrow !== false).map((each) => each.width ?? 'minmax(6rem, 1fr)').join(' ');
    return html`<div class=${few ? 'table' : 'table table-long'} role="grid" aria-label=${this.label ?? nothing} aria-rowcount=${rows.length + 1} @keydown=${this.#pressed}
        ${style({ '--tracks': tracks(false), '--tracks-narrow': tracks(true), '--row': this.rowHeight + 'px' })}>
      <div role="rowgroup" class="table-head"><div role="row" class="table-heads">${this.columns.map((column) => this.#head(column))}</div></div>
      <div role="rowgroup" class="table-rows" @scroll=${this.#scrolled}>
        <div class="table-space" role="presentation" ${style({ height: rows.length * this.rowHeight + 'px' })}><div role="presentation" ${style({ transform: `translateY(${first * this.rowHeight}px)` })}>
          ${repeat(shown, this.keyOf, (row, i) => this.#row(row, first + i, this.selected !== undefined && this.keyOf(row) === this.selected))}</div></div></div>
      ${few ? nothing : html`<div class="table-foot" role="presentation">${t('common.rows', { n: number(rows.length) })}${this.more ? '+' : ''}</div>`}</div>`;
  }
}

customElements.define('sl-table', Table);
