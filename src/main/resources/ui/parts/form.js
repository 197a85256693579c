// Forms: what is typed, what is wrong with it, and what the API says about it.
import { html, nothing } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { live } from 'lit/directives/live.js';
import { ApiProblem, NetworkProblem } from '../app/api.js';
import { t } from '../app/i18n.js';
import { guard } from '../app/router.js';
import { confirm } from './dialog.js';
import { icon } from './icons.js';
import { failure } from './states.js';

let ids = 0;

/** '/limits/requests' of a problem is the field 'limits.requests' here. */
function fieldOf(pointer) {
  return pointer.replace(/^\//, '').replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
}

/**
 * Holds a form of its host. Fields are named by path ('limits.requests'). Nothing that was typed is ever lost to a failure: a problem of
 * the API is shown at its fields, or above the form when it belongs to none.
 */
export class Form {
  #host;
  #id = 'form-' + ++ids;
  #first;
  #shown = new Set();
  #stopGuard;

  /**
   * @param values { 'name': '', 'limits.requests': '' }: every field that it has, as it begins
   * @param options { guarded: whether leaving the page asks about what was typed, true }
   */
  constructor(host, values, { guarded = true } = {}) {
    this.#host = host;
    this.guarded = guarded;
    this.start(values);
    host.addController(this);
  }

  hostConnected() {
    if (!this.guarded) {
      return;
    }
    // What was typed is not to be lost by a click beside it.
    const unsaved = (event) => this.dirty && event.preventDefault();
    addEventListener('beforeunload', unsaved);
    const stop = guard(() => !this.dirty || this.mayClose());
    this.#stopGuard = () => {
      removeEventListener('beforeunload', unsaved);
      stop();
    };
  }

  hostDisconnected() {
    this.#stopGuard?.();
  }

  /** Begins anew. */
  start(values) {
    this.values = { ...values };
    this.#first = { ...values };
    this.errors = {};
    this.problem = undefined;
    this.busy = false;
    this.#host.requestUpdate();
  }

  /** Whether something was typed that is not saved. */
  get dirty() {
    return Object.keys(this.values).some((name) => JSON.stringify(this.values[name]) !== JSON.stringify(this.#first[name]));
  }

  /** Asks whether what was typed may be forgotten, if there is any. Promise of true when it may. */
  async mayClose() {
    const yes = !this.dirty || (await confirm({
      title: t('form.unsaved'), text: t('form.unsaved.text'), action: t('form.discard'), danger: true,
    }));
    if (yes) {
      this.#first = { ...this.values };
    }
    return yes;
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    this.values = { ...this.values, [name]: value };
    if (this.errors[name]) {
      this.errors = { ...this.errors, [name]: undefined };
    }
    this.#host.requestUpdate();
  }

  /** Says what is wrong with a field. */
  fail(name, text) {
    this.errors = { ...this.errors, [name]: text };
    this.#host.requestUpdate();
    this.#focus();
  }

  #focus() {
    this.#host.updateComplete.then(() => this.#host.querySelector(`#${this.#id} [aria-invalid="true"]`)?.focus());
  }

  /**
   * Sends it.
   *
   * @param send () => promise of what the API answers
   * @return its value ({} for none); undefined when it failed, which is shown then
   */
  async send(send) {
    if (this.busy) {
      return undefined;
    }
    this.busy = true;
    this.problem = undefined;
    this.errors = {};
    this.#host.requestUpdate();
    try {
      const answer = await send();
      this.#first = { ...this.values };
      return answer ?? {};
    } catch (problem) {
      this.#failed(problem);
      return undefined;
    } finally {
      this.busy = false;
      this.#host.requestUpdate();
    }
  }

  #failed(problem) {
    if (!(problem instanceof ApiProblem || problem instanceof NetworkProblem)) {
      console.error(problem);
    }
    const others = [];
    for (const error of problem.errors ?? []) {
      const name = fieldOf(error.field);
      // Of a list's entry: the field that holds the list.
      const shown = [...this.#shown].find((each) => name === each || name.startsWith(each + '.'));
      if (error.in === 'body' && shown) {
        this.errors[shown] = (name === shown ? '' : name.slice(shown.length + 1) + ': ') + error.detail;
      } else {
        others.push((error.field ? error.field + ': ' : '') + error.detail);
      }
    }
    if (Object.keys(this.errors).length === 0 || others.length) {
      this.problem = others.length ? { title: t('problem.failed'), text: others.join('\n') } : failure(problem);
      this.problem.stale = problem.stale;
    }
    this.#focus();
  }

  /**
   * The form itself. Enter sends it.
   *
   * @param body template of its fields
   * @param submit called when it is sent
   */
  render(body, submit) {
    return html`<form id=${this.#id} class="form" novalidate @submit=${(event) => {
      event.preventDefault();
      submit();
    }}>${this.problem
      ? html`<div class="notice notice-bad" role="alert">${icon('error')}<div class="notice-body"><strong>${this.problem.title}</strong>
          <bdi class="said">${this.problem.text}</bdi></div></div>`
      : nothing}${body}</form>`;
  }

  /** Its button, which may stand in the footer of a dialog. */
  submit(label, { danger = false, disabled = false } = {}) {
    return html`<button form=${this.#id} class="button ${danger ? 'danger' : 'primary'}" ?disabled=${this.busy || disabled} aria-busy=${this.busy}>
      ${this.busy ? html`<span class="spinner"></span>` : nothing}${label}</button>`;
  }

  /** A frame of a field around any control: control gets { id, describedBy, invalid }. */
  field(name, { label, hint, required, css = '' }, control) {
    this.#shown.add(name);
    const id = this.#id + '-' + name.replace(/[^A-Za-z0-9]/g, '-');
    const error = this.errors[name];
    const about = [hint ? id + '-hint' : '', error ? id + '-error' : ''].filter(Boolean).join(' ') || undefined;
    return html`<div class="field ${error ? 'field-bad' : ''} ${css}">
      <label class="field-label" for=${id}>${label}${required ? nothing : html`<span class="field-optional">${t('form.optional')}</span>`}</label>
      ${control({ id, describedBy: about, invalid: error ? 'true' : undefined })}
      ${error ? html`<p class="field-error" id=${id + '-error'}>${icon('error')}<bdi>${error}</bdi></p>` : nothing}
      ${hint ? html`<p class="field-hint" id=${id + '-hint'}>${hint}</p>` : nothing}</div>`;
  }

  /** One line of text. options: { label, hint, required, type, placeholder, mono, maxLength, autofocus, autocomplete, readonly, list } */
  text(name, options) {
    return this.field(name, options, (a) => html`<input id=${a.id} name=${name} type=${options.type ?? 'text'} class=${options.mono ? 'mono' : ''}
      .value=${live(String(this.values[name] ?? ''))} placeholder=${options.placeholder ?? ''} maxlength=${ifDefined(options.maxLength)}
      autocomplete=${options.autocomplete ?? 'off'} spellcheck="false" inputmode=${ifDefined(options.inputmode)} ?autofocus=${options.autofocus} ?readonly=${options.readonly}
      aria-required=${options.required ? 'true' : 'false'} aria-invalid=${ifDefined(a.invalid)} aria-describedby=${ifDefined(a.describedBy)}
      @input=${(event) => this.set(name, event.target.value)}>`);
  }

  /** A whole or decimal number as text; number('x') gives null for nothing, and NaN for what is none. */
  number(name, options) {
    return this.text(name, { inputmode: 'decimal', ...options });
  }

  /** The number of a field: undefined when it is empty. */
  numberOf(name) {
    const text = String(this.values[name] ?? '').trim().replaceAll(/[,_\s]/g, '');
    return text === '' ? undefined : Number(text);
  }

  /** Several lines of text. options as text, and rows */
  area(name, options) {
    return this.field(name, options, (a) => html`<textarea id=${a.id} name=${name} rows=${options.rows ?? 4} class=${options.mono ? 'mono' : ''}
      .value=${live(String(this.values[name] ?? ''))} placeholder=${options.placeholder ?? ''} maxlength=${ifDefined(options.maxLength)} spellcheck="false"
      ?autofocus=${options.autofocus} ?readonly=${options.readonly} aria-required=${options.required ? 'true' : 'false'} aria-invalid=${ifDefined(a.invalid)}
      aria-describedby=${ifDefined(a.describedBy)} @input=${(event) => this.set(name, event.target.value)}></textarea>`);
  }

  /** One of some. options: { label, hint, required, options: [{ value, label }] } */
  select(name, options) {
    return this.field(name, options, (a) => html`<span class="select"><select id=${a.id} name=${name} .value=${live(String(this.values[name] ?? ''))}
      aria-invalid=${ifDefined(a.invalid)} aria-describedby=${ifDefined(a.describedBy)} @change=${(event) => this.set(name, event.target.value)}>
      ${options.options.map((each) => html`<option value=${each.value} ?selected=${String(this.values[name] ?? '') === String(each.value)}>${each.label}</option>`)}
      </select>${icon('down')}</span>`);
  }

  /** One of a few, side by side, each with a text of its own. options: { label, options: [{ value, label, hint }] } */
  choice(name, options) {
    this.#shown.add(name);
    const error = this.errors[name];
    return html`<fieldset class="field choice"><legend class="field-label">${options.label}</legend>
      ${options.options.map((each) => html`<label class="choice-option"><input type="radio" name=${this.#id + name} .checked=${live(this.values[name] === each.value)}
        ?disabled=${each.disabled} @change=${() => this.set(name, each.value)}><span><span class="choice-label">${each.label}</span>
        ${each.hint ? html`<span class="field-hint">${each.hint}</span>` : nothing}</span></label>`)}
      ${error ? html`<p class="field-error">${icon('error')}<bdi>${error}</bdi></p>` : nothing}</fieldset>`;
  }

  /** Yes or no. */
  check(name, { label, hint, disabled }) {
    this.#shown.add(name);
    const error = this.errors[name];
    return html`<div class="field"><label class="check"><input type="checkbox" name=${name} .checked=${live(Boolean(this.values[name]))} ?disabled=${disabled}
        @change=${(event) => this.set(name, event.target.checked)}><span>${label}${hint ? html`<span class="field-hint">${hint}</span>` : nothing}</span></label>
      ${error ? html`<p class="field-error">${icon('error')}<bdi>${error}</bdi></p>` : nothing}</div>`;
  }

  /** A list of short texts: Enter or a comma adds one, Backspace takes the last. options as text; suggestions: texts to choose from */
  list(name, options) {
    const values = this.values[name] ?? [];
    const add = (input) => {
      const more = input.value.split(/[,\n]/).map((each) => each.trim()).filter((each) => each && !values.includes(each));
      input.value = '';
      if (more.length) {
        this.set(name, [...values, ...more]);
      }
    };
    return this.field(name, options, (a) => html`<span class="list-input" aria-invalid=${ifDefined(a.invalid)}>
      ${values.map((each) => html`<span class="tag"><bdi>${each}</bdi><button type="button" aria-label=${t('form.remove', { name: each })}
        @click=${() => this.set(name, values.filter((other) => other !== each))}>${icon('close')}</button></span>`)}
      <input id=${a.id} name=${name} list=${options.suggestions ? a.id + '-list' : nothing} autocomplete="off" spellcheck="false" placeholder=${options.placeholder ?? ''}
        aria-describedby=${ifDefined(a.describedBy)} @change=${(event) => add(event.target)}
        @keydown=${(event) => {
          if ((event.key === 'Enter' || event.key === ',') && event.target.value.trim()) {
            event.preventDefault();
            add(event.target);
          } else if (event.key === 'Backspace' && !event.target.value && values.length) {
            this.set(name, values.slice(0, -1));
          }
        }}>${options.suggestions
          ? html`<datalist id=${a.id + '-list'}>${options.suggestions.map((each) => html`<option value=${each}></option>`)}</datalist>`
          : nothing}</span>`);
  }

  /** Fields side by side where there is room. */
  row(...fields) {
    return html`<div class="form-row">${fields}</div>`;
  }
}
