// Somebody else changed what is being edited: shows both, and keeps what was typed.
import { html } from 'lit';
import { Signal } from '../app/store.js';
import { t } from '../app/i18n.js';
import { comparable, diff } from './diff.js';
import { Part } from './part.js';

const found = new Signal(null);

/**
 * Asks what is to be done after a 412.
 *
 * @param of { mine: what was to be written, theirs: what is there now }
 * @return promise of 'mine' (write it over), 'theirs' (take what is there), or null (go on editing)
 */
export function conflict({ mine, theirs }) {
  return new Promise((resolve) => {
    found.value = {
      mine,
      theirs,
      answer: (choice) => {
        found.value = null;
        resolve(choice);
      },
    };
  });
}

class Conflict extends Part {
  constructor() {
    super();
    this.watch(found);
  }

  render() {
    const both = found.value;
    return html`<sl-dialog ?open=${both !== null} size="wide" .heading=${t('problem.stale')} .lead=${t('conflict.lead')}
      .body=${() => diff(comparable(both.theirs), comparable(both.mine))}
      .footer=${() => html`<button type="button" class="button" @click=${() => both.answer(null)}>${t('conflict.edit')}</button>
        <button type="button" class="button" @click=${() => both.answer('theirs')}>${t('conflict.theirs')}</button>
        <button type="button" class="button danger" @click=${() => both.answer('mine')}>${t('conflict.mine')}</button>`}
      @closed=${() => both.answer(null)}></sl-dialog>`;
  }
}

customElements.define('sl-conflict', Conflict);
