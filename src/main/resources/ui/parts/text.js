// Small things to show, as functions that give templates.
import { html, nothing } from 'lit';
import { ago, time } from '../app/format.js';
import { t } from '../app/i18n.js';
import { toast } from './toast.js';
import { icon } from './icons.js';

/** A name or text that somebody chose: cut when it is long, and never able to turn what stands around it. */
export function name(text, css = '') {
  return html`<bdi class="name ${css}" title=${text}>${text}</bdi>`;
}

/** A text of somebody else with its line breaks, such as an error of a provider. */
export function said(text) {
  return html`<bdi class="said">${text}</bdi>`;
}

/**
 * A state. Its shape says it too, for those who see no colours.
 *
 * @param kind ok, warn, bad, off, busy or info
 */
export function chip(kind, text, title) {
  return html`<span class="chip chip-${kind}" title=${title ?? nothing}>${text}</span>`;
}

/** A word in a box: a tag, an origin. */
export function tag(text, title) {
  return html`<span class="tag" title=${title ?? nothing}><bdi>${text}</bdi></span>`;
}

/** How long ago; the whole time as title. */
export function when(instant) {
  return instant == null
    ? html`<span class="quiet">–</span>`
    : html`<time datetime=${new Date(instant).toISOString()} title=${time(instant)}>${ago(instant)}</time>`;
}

/**
 * How full something is.
 *
 * @param of { used, leased, limit, label, text, kind }: numbers of one unit; leased is taken and not used yet; text is shown behind
 *   it; kind overrides the colour, which else turns at 75 and 95 percent
 */
export function bar({ used = 0, leased = 0, limit, label, text, kind }) {
  const share = (value) => (limit > 0 ? Math.min(100, Math.max(0, (100 * value) / limit)) : 0);
  const full = share(used + leased);
  const colour = kind ?? (full >= 95 ? 'bad' : full >= 75 ? 'warn' : 'ok');
  return html`<span class="bar bar-${colour}" role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax="100"
      aria-valuenow=${Math.round(full)} aria-valuetext=${text ?? nothing}>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="bar-free" width="100" height="6"></rect>
        <rect class="bar-leased" width=${full} height="6"></rect><rect class="bar-used" width=${share(used)} height="6"></rect></svg>
      ${text === undefined ? nothing : html`<span class="bar-text">${text}</span>`}</span>`;
}

/** Pairs of a word and what it is: [[label, value], …]; null leaves one out. */
export function facts(pairs) {
  return html`<dl class="facts">${pairs.filter(Boolean).map(
    ([label, value]) => html`<div><dt>${label}</dt><dd>${value ?? html`<span class="quiet">–</span>`}</dd></div>`)}</dl>`;
}

/** A figure with its label, for overviews. hint stands small below. */
export function figure({ label, value, hint, kind, href }) {
  const body = html`<span class="figure-label">${label}</span><span class="figure-value">${value}</span>
    ${hint ? html`<span class="figure-hint">${hint}</span>` : nothing}`;
  return href
    ? html`<a class="figure figure-${kind ?? 'plain'}" href=${href}>${body}</a>`
    : html`<div class="figure figure-${kind ?? 'plain'}">${body}</div>`;
}

/** A box with a heading. actions stand at its right end. */
export function card({ title, actions, body, css = '' }) {
  return html`<section class="card ${css}">${title
    ? html`<header class="card-head"><h2>${title}</h2>${actions ? html`<div class="actions">${actions}</div>` : nothing}</header>`
    : nothing}<div class="card-body">${body}</div></section>`;
}

/** A line that tells something: kind is info, warn, bad or ok. */
export function notice(kind, body, actions) {
  const shape = { info: 'info', warn: 'warning', bad: 'error', ok: 'ok' }[kind];
  return html`<div class="notice notice-${kind}" role=${kind === 'bad' ? 'alert' : 'note'}>${icon(shape)}
    <div class="notice-body">${body}</div>${actions ? html`<div class="actions">${actions}</div>` : nothing}</div>`;
}

/** Copies a text, and says so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS browsers have no clipboard for pages of other machines.
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'off-screen';
    (document.querySelector('dialog[open]:last-of-type') ?? document.body).append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (!done) {
      toast(t('common.copy-failed'), { kind: 'bad' });
      return;
    }
  }
  toast(t('common.copied'), { kind: 'ok' });
}

/** A button that copies; with a label it is one with a text. */
export function copyButton(text, label) {
  return html`<button type="button" class=${label ? 'button' : 'icon-button'} aria-label=${label ? nothing : t('common.copy')}
    title=${t('common.copy')} @click=${() => copy(text)}>${icon('copy')}${label ?? nothing}</button>`;
}

/** A text of a program with a button to copy it. */
export function code(text, { label, wrap = false, max = false } = {}) {
  return html`<div class="code ${wrap ? 'code-wrap' : ''} ${max ? 'code-max' : ''}"><pre tabindex="0" role="region" aria-label=${label ?? t('common.text')}><code>${text}</code></pre>
    ${copyButton(text)}</div>`;
}

/** A secret that is shown once: everything of it, and a button to copy it. */
export function secret(text, label) {
  return html`<div class="secret"><output class="mono" aria-label=${label}>${text}</output>${copyButton(text, t('common.copy'))}</div>`;
}

/** A key of the keyboard. */
export function kbd(text) {
  return html`<kbd>${text}</kbd>`;
}
