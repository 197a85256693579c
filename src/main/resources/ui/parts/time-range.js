// From when until when.
import { html, nothing } from 'lit';
import { t } from '../app/i18n.js';
import { Part } from './part.js';
import { segments } from './page.js';

const HOUR = 3_600_000;

/** Lengths by their id, in milliseconds. */
export const RANGES = { '1h': HOUR, '24h': 24 * HOUR, '7d': 168 * HOUR, '30d': 720 * HOUR };

/** What a range means now: { from, to }, instants as text. Custom ones are 'FROM..TO' in local time of a datetime-local field. */
export function span(range, now = Date.now()) {
  if (range.includes('..')) {
    const [from, to] = range.split('..');
    return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  }
  return { from: new Date(now - (RANGES[range] ?? HOUR)).toISOString(), to: new Date(now).toISOString() };
}

/** Whether a text is a range: one in an address may be anything. */
export function isRange(text) {
  const [from, to] = String(text ?? '').split('..');
  return text in RANGES || (to !== undefined && new Date(from) < new Date(to));
}

/** <sl-time-range value="24h" @range>: detail is the range, for span() and for the address. */
class TimeRange extends Part {
  static properties = { value: {}, custom: { state: true } };

  #local(ms) {
    const at = new Date(ms);
    return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }

  #choose(id) {
    if (id === 'custom') {
      const now = Date.now();
      this.custom = this.value?.includes('..') ? this.value.split('..') : [this.#local(now - 24 * HOUR), this.#local(now)];
    } else {
      this.custom = undefined;
      this.#tell(id);
    }
  }

  #tell(range) {
    this.dispatchEvent(new CustomEvent('range', { detail: range }));
  }

  #set(index, text) {
    this.custom = this.custom.with(index, text);
    const range = this.custom.join('..');
    if (isRange(range)) {
      this.#tell(range);
    }
  }

  render() {
    const custom = this.custom ?? (this.value?.includes('..') ? this.value.split('..') : undefined);
    this.custom = custom;
    const wrong = custom && !isRange(custom.join('..'));
    return html`<div class="time-range">${segments({
      label: t('range.label'),
      active: custom ? 'custom' : this.value,
      choose: (id) => this.#choose(id),
      items: [...Object.keys(RANGES), 'custom'].map((id) => ({ id, label: t('range.' + id) })),
    })}${custom ? html`<span class="time-range-custom">
      <input type="datetime-local" aria-label=${t('range.from')} .value=${custom[0]} @change=${(event) => this.#set(0, event.target.value)}>
      <span>–</span>
      <input type="datetime-local" aria-label=${t('range.to')} .value=${custom[1]} aria-invalid=${wrong ? 'true' : nothing} @change=${(event) => this.#set(1, event.target.value)}></span>` : nothing}</div>`;
  }
}

customElements.define('sl-time-range', TimeRange);
