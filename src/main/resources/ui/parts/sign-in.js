// Signing in: alone on the page, or in a dialog above what somebody was doing.
import { html, nothing } from 'lit';
import { choice, language, setLanguage, t } from '../app/i18n.js';
import { lost, signIn } from '../app/session.js';
import { icon, mark } from './icons.js';
import { Part } from './part.js';

class SignIn extends Part {
  static properties = { again: { type: Boolean }, problem: { state: true }, busy: { state: true }, seen: { state: true } };

  constructor() {
    super();
    this.watch(choice);
  }

  async #send(event) {
    event.preventDefault();
    const input = this.querySelector('input');
    const token = input.value.trim();
    if (!token || this.busy) {
      input.focus();
      return;
    }
    this.busy = true;
    this.problem = undefined;
    try {
      await signIn(token);
    } catch (problem) {
      this.problem = problem.status === 429
        ? t('signin.wait', { n: problem.retryAfter || 1 })
        : problem.status === 401
          ? t('signin.wrong')
          : problem.status
            ? problem.message
            : t('signin.unreachable');
      await this.updateComplete;
      this.querySelector('input')?.focus();
    } finally {
      this.busy = false;
    }
  }

  #form() {
    return html`<form class="form" @submit=${this.#send}>
      <div class="field ${this.problem ? 'field-bad' : ''}"><label class="field-label" for="token">${t('signin.token')}</label>
        <input id="token" type="password" class="mono" autocomplete="current-password" spellcheck="false" autofocus maxlength="512" aria-required="true"
          aria-invalid=${this.problem ? 'true' : 'false'} aria-describedby="token-error token-hint">
        <div id="token-error" role="alert">${this.problem ? html`<p class="field-error">${icon('error')}<bdi>${this.problem}</bdi></p>` : nothing}</div>
        <p class="field-hint" id="token-hint">${t('signin.hint')}</p></div>
      <div class="actions">${this.again ? html`<button type="button" class="button" @click=${() => location.reload()}>${t('signin.leave')}</button>` : nothing}
        <button class="button primary" ?disabled=${this.busy} aria-busy=${Boolean(this.busy)}>${this.busy ? html`<span class="spinner"></span>` : nothing}${t('signin.button')}</button></div></form>`;
  }

  render() {
    if (this.again) {
      return lost.value ? this.#form() : nothing;
    }
    return html`<main class="sign-in"><div class="sign-in-box">
      <div class="sign-in-head">${mark()}<div><h1>${t('signin.title')} · ${t('app.name')}</h1><p>${t('signin.lead')}</p></div></div>
      ${this.#form()}
      <div class="sign-in-foot"><button type="button" class="link" lang=${language.value === 'zh' ? 'en' : 'zh-CN'} @click=${() => setLanguage(language.value === 'zh' ? 'en' : 'zh')}>${language.value === 'zh' ? 'English' : '中文'}</button></div>
    </div></main>`;
  }

  firstUpdated() {
    this.querySelector('input')?.focus();
  }
}

customElements.define('sl-sign-in', SignIn);
