// Dialogs: the browser's own, so that focus, Esc and what lies behind are seen to.
import { html, nothing } from 'lit';
import { Signal } from '../app/store.js';
import { t } from '../app/i18n.js';
import { icon } from './icons.js';
import { Part } from './part.js';

let ids = 0;

/**
 * <sl-dialog ?open .heading .body .footer size="small|wide|drawer" @closed>. body and footer are functions that give templates. It is
 * closed by its host: @closed says that somebody wants it to be, by Esc, the cross or a click beside it.
 */
class Dialog extends Part {
  static properties = {
    open: { type: Boolean },
    heading: {},
    lead: {},
    body: { attribute: false },
    footer: { attribute: false },
    size: {},
    fixed: { type: Boolean },
  };

  constructor() {
    super();
    this.open = false;
    this.size = 'small';
    this.ids = 'dialog-' + ++ids;
  }

  updated() {
    const dialog = this.querySelector('dialog');
    if (this.open && !dialog.open && this.isConnected) {
      dialog.showModal();
      dialog.querySelector('[autofocus]')?.focus();
    } else if (!this.open && dialog.open) {
      dialog.close();
    }
  }

  disconnectedCallback() {
    this.querySelector('dialog')?.close();
    super.disconnectedCallback();
  }

  #ask() {
    this.dispatchEvent(new CustomEvent('closed'));
  }

  #cancelled(event) {
    event.preventDefault();
    if (!this.fixed) {
      this.#ask();
    }
  }

  #pressed(event) {
    // On the backdrop, and begun there: not at the end of marking a text.
    if (event.target === event.currentTarget && !this.fixed && this.size === 'drawer') {
      this.#ask();
    }
  }

  render() {
    return html`<dialog class="dialog dialog-${this.size}" aria-labelledby=${this.ids} @cancel=${this.#cancelled} @pointerdown=${this.#pressed}
        @close=${() => this.open && this.#ask()}>${this.open ? html`
      <div class="dialog-frame">
        <header class="dialog-head"><div><h2 id=${this.ids}>${this.heading}</h2>${this.lead ? html`<p>${this.lead}</p>` : nothing}</div>
          ${this.fixed ? nothing : html`<button type="button" class="icon-button" aria-label=${t('common.close')} @click=${this.#ask}>${icon('close')}</button>`}</header>
        <div class="dialog-body">${this.body?.()}</div>
        ${this.footer ? html`<footer class="dialog-foot">${this.footer()}</footer>` : nothing}
      </div>` : nothing}</dialog>`;
  }
}

customElements.define('sl-dialog', Dialog);

const asked = new Signal(null);

/**
 * Asks before something is done that cannot be undone.
 *
 * @param question { title, text, action: label of the button, danger, typed: a word that must be typed first }
 * @return promise of whether it is to be done
 */
export function confirm(question) {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      input: '',
      answer: (yes) => {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}

class Confirm extends Part {
  constructor() {
    super();
    this.watch(asked);
  }

  #form(question) {
    return html`<form id="confirm" @submit=${(event) => {
      event.preventDefault();
      if (!question.typed || question.input === question.typed) {
        question.answer(true);
      }
    }}>${typeof question.text === 'string' ? html`<p>${question.text}</p>` : question.text}
      ${question.typed
        ? html`<label class="field"><span class="field-label">${t('common.type-to-confirm', { word: question.typed })}</span>
            <input autofocus autocomplete="off" spellcheck="false" @input=${(event) => {
              question.input = event.target.value;
              this.requestUpdate();
            }}></label>`
        : nothing}</form>`;
  }

  render() {
    const question = asked.value;
    return html`<sl-dialog ?open=${question !== null} .heading=${question?.title} .body=${() => this.#form(question)}
      .footer=${() => html`<button type="button" class="button" ?autofocus=${!question.typed} @click=${() => question.answer(false)}>${t('common.cancel')}</button>
        <button form="confirm" class="button ${question.danger ? 'danger' : 'primary'}" ?disabled=${question.typed && question.input !== question.typed}>${question.action}</button>`}
      @closed=${() => question.answer(false)}></sl-dialog>`;
  }
}

customElements.define('sl-confirm', Confirm);
