// A button that opens a list of things to do.
import { html, nothing } from 'lit';
import { t } from '../app/i18n.js';
import { icon } from './icons.js';
import { Part } from './part.js';

/**
 * <sl-menu label .items .face>. items: [{ label, icon, danger, disabled, checked, href, run }], null for a line between. face: template of the
 * button, three dots when there is none. Arrow keys go through it, Esc closes it.
 */
class Menu extends Part {
  static properties = { label: {}, items: { attribute: false }, face: { attribute: false }, css: {}, isOpen: { state: true } };

  #away = (event) => {
    if (event.type === 'scroll' ? !this.contains(event.target) || event.target === document : !this.contains(event.target)) {
      this.#close(false);
    }
  };

  constructor() {
    super();
    this.items = [];
    this.isOpen = false;
    this.css = 'icon-button';
  }

  disconnectedCallback() {
    this.#close(false);
    super.disconnectedCallback();
  }

  async #open() {
    this.isOpen = true;
    await this.updateComplete;
    const list = this.querySelector('[role=menu]');
    const face = this.querySelector('button').getBoundingClientRect();
    list.showPopover();
    const { width, height } = list.getBoundingClientRect();
    const below = face.bottom + height + 8 <= innerHeight || face.top < height;
    const left = Math.max(8, Math.min(face.right - width > 8 && face.left + width > innerWidth - 8 ? face.right - width : face.left, innerWidth - width - 8));
    list.style.setProperty('left', left + 'px');
    list.style.setProperty('top', (below ? face.bottom + 4 : face.top - height - 4) + 'px');
    document.addEventListener('pointerdown', this.#away, true);
    document.addEventListener('scroll', this.#away, true);
    this.#entries()[0]?.focus();
  }

  #close(focus = true) {
    if (this.isOpen) {
      document.removeEventListener('pointerdown', this.#away, true);
      document.removeEventListener('scroll', this.#away, true);
      this.isOpen = false;
      if (focus) {
        this.querySelector('button').focus();
      }
    }
  }

  #entries() {
    return [...this.querySelectorAll('[role^=menuitem]:not([disabled])')];
  }

  #pressed(event) {
    const entries = this.#entries();
    const at = entries.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      entries.at(to % entries.length)?.focus();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (event.key === 'Tab') {
      this.#close(false);
    }
  }

  #item(item) {
    if (item === null) {
      return html`<hr role="separator">`;
    }
    const body = html`${item.icon ? icon(item.icon) : nothing}<span>${item.label}</span>${item.checked ? icon('check', 'menu-check') : nothing}`;
    const role = item.checked === undefined ? 'menuitem' : 'menuitemradio';
    return item.href
      ? html`<a role=${role} href=${item.href} tabindex="-1" @click=${() => this.#close(false)}>${body}</a>`
      : html`<button type="button" role=${role} tabindex="-1" class=${item.danger ? 'danger' : ''} ?disabled=${item.disabled} aria-checked=${item.checked === undefined ? nothing : String(item.checked)}
          @click=${() => { this.#close(); item.run(); }}>${body}</button>`;
  }

  render() {
    return html`<button type="button" class=${this.css} aria-haspopup="menu" aria-expanded=${String(this.isOpen)} aria-label=${this.label ?? t('common.more')}
        @click=${() => (this.isOpen ? this.#close() : this.#open())}>${this.face ?? icon('more')}</button>
      ${this.isOpen ? html`<div role="menu" class="menu" popover="manual" aria-label=${this.label ?? t('common.more')} @keydown=${this.#pressed}>
        ${this.items.filter((each) => each !== undefined && each !== false).map((item) => this.#item(item))}</div>` : nothing}`;
  }
}

customElements.define('sl-menu', Menu);
