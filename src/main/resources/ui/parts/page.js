// The frame of a page, and what stands at its top.
import { html, nothing } from 'lit';
import { t } from '../app/i18n.js';
import { icon } from './icons.js';

/**
 * A page: page({ title, lead, back: { href, label }, actions, tools, body, fill })
 *
 * @param of tools stand below the heading (search, filters); fill gives the body the height that is left, for a long table
 */
export function page({ title, lead, back, actions, tools, body, fill = false }) {
  return html`<article class="page ${fill ? 'page-fill' : ''}">
    <header class="page-head">${back ? html`<a class="page-back" href=${back.href}>${icon('left')}${back.label}</a>` : nothing}
      <div class="page-title"><h1 tabindex="-1"><bdi>${title}</bdi></h1>${lead ? html`<p>${lead}</p>` : nothing}</div>
      ${actions ? html`<div class="actions">${actions}</div>` : nothing}</header>
    ${tools ? html`<div class="tools">${tools}</div>` : nothing}
    <div class="page-body">${body}</div></article>`;
}

/**
 * A field to search with; the key / goes to it. search({ value, input: (text) => …, label })
 */
export function search({ value, input, label }) {
  return html`<label class="search"><span class="off-screen">${label ?? t('common.search')}</span>${icon('search')}
    <input type="search" data-search .value=${value ?? ''} placeholder=${label ?? t('common.search')} autocomplete="off" spellcheck="false" maxlength="200"
      @input=${(event) => input(event.target.value)} @keydown=${(event) => {
        if (event.key === 'Escape' && event.target.value) {
          event.target.value = '';
          event.stopPropagation();
          input('');
        }
      }}><kbd class="wide-only">/</kbd></label>`;
}

/** One of some, beside a search. select({ value, options: [{ value, label }], change: (value) => …, label }) */
export function select({ value, options, change, label }) {
  return html`<span class="select"><select aria-label=${label} @change=${(event) => change(event.target.value)}>
    ${options.map((each) => html`<option value=${each.value} ?selected=${each.value === (value ?? '')}>${each.label}</option>`)}</select>${icon('down')}</span>`;
}

/** Parts of a page. tabs({ items: [{ id, label, count }], active, choose: (id) => …, label }) */
export function tabs({ items, active, choose, label }) {
  const pressed = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const at = items.findIndex((each) => each.id === active);
      const next = (at + step + items.length) % items.length;
      choose(items[next].id);
      event.currentTarget.querySelectorAll('[role=tab]')[next].focus();
    }
  };
  return html`<div class="tabs" role="tablist" aria-label=${label ?? nothing} @keydown=${pressed}>${items.map((each) => html`<button type="button" role="tab"
    aria-selected=${String(each.id === active)} tabindex=${each.id === active ? 0 : -1} @click=${() => choose(each.id)}>${each.label}${each.count === undefined
      ? nothing : html`<span class="count">${each.count}</span>`}</button>`)}</div>`;
}

/** One of a few, side by side. segments({ items: [{ id, label }], active, choose, label }) */
export function segments({ items, active, choose, label }) {
  return html`<div class="segments" role="group" aria-label=${label}>${items.map((each) => html`<button type="button" aria-pressed=${String(each.id === active)}
    @click=${() => choose(each.id)}>${each.label}</button>`)}</div>`;
}
