// Short notes at the edge of the page. What must not be missed is no toast.
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Signal } from '../app/store.js';
import { t } from '../app/i18n.js';
import { icon } from './icons.js';
import { Part } from './part.js';

const MOST = 4;
const toasts = new Signal([]);
let last = 0;

function close(id) {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

/**
 * Shows a note for some seconds.
 *
 * @param options { kind: ok | info | warn | bad, action: { label, run } }
 */
export function toast(text, { kind = 'info', action } = {}) {
  const id = ++last;
  toasts.value = [...toasts.value.filter((each) => each.text !== text), { id, text, kind, action }].slice(-MOST);
  setTimeout(() => close(id), kind === 'bad' || action ? 10_000 : 4_000);
}

class Toasts extends Part {
  constructor() {
    super();
    this.watch(toasts);
  }

  updated() {
    // Above an open dialog.
    const box = this.querySelector('.toasts');
    if (box.showPopover) {
      if (box.matches(':popover-open')) {
        box.hidePopover();
      }
      if (toasts.value.length) {
        box.showPopover();
      }
    }
  }

  render() {
    return html`<div class="toasts" popover="manual" role="status" aria-live="polite">${repeat(toasts.value, (each) => each.id, (each) => html`
      <div class="toast toast-${each.kind}">${icon({ ok: 'ok', bad: 'error', warn: 'warning' }[each.kind] ?? 'info')}<span>${each.text}</span>
        ${each.action
          ? html`<button type="button" class="link" @click=${() => { close(each.id); each.action.run(); }}>${each.action.label}</button>`
          : nothing}
        <button type="button" class="icon-button" aria-label=${t('common.close')} @click=${() => close(each.id)}>${icon('close')}</button>
      </div>`)}</div>`;
  }
}

customElements.define('sl-toasts', Toasts);
