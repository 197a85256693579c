// A small real request to one channel or account, and its answer as it comes.
import { html, nothing } from 'lit';
import { get, path, request } from '../../app/api.js';
import { events } from '../../app/events.js';
import { duration, number } from '../../app/format.js';
import { t } from '../../app/i18n.js';
import { link } from '../../app/router.js';
import { Form } from '../../parts/form.js';
import { icon } from '../../parts/icons.js';
import { Part } from '../../parts/part.js';
import { Load, failure } from '../../parts/states.js';
import { chip, facts, name, notice } from '../../parts/text.js';
import { errorText } from './cells.js';

/** <sl-pool-trial .place=${['openai', 'a']} .story=${true when there is a page of requests}> */
class PoolTrial extends Part {
  static properties = { place: { attribute: false }, story: { attribute: false }, run: { state: true } };

  #ending;

  constructor() {
    super();
    this.form = new Form(this, { model: '', prompt: '', 'max-tokens': '64' });
    this.models = new Load(this, async (signal) => {
      const { effective } = await get(path('channels', this.place[0]), {}, { signal });
      const models = Object.keys(effective?.models ?? {});
      if (models.length && !this.form.get('model')) {
        this.form.start({ ...this.form.values, model: models[0] });
      }
      return models;
    });
  }

  disconnectedCallback() {
    this.stop();
    super.disconnectedCallback();
  }

  stop() {
    this.#ending?.abort();
    this.#ending = undefined;
    if (this.run?.busy) {
      this.run = { ...this.run, busy: false, stopped: true };
    }
  }

  async #send() {
    const tokens = this.form.numberOf('max-tokens');
    if (Number.isNaN(tokens)) {
      this.form.fail('max-tokens', t('form.number'));
      return;
    }
    const ending = new AbortController();
    this.#ending = ending;
    this.run = { busy: true, text: '', thinking: '' };
    const body = { model: this.form.get('model'), prompt: this.form.get('prompt').trim() || undefined, 'max-tokens': tokens };
    const answer = await this.form.send(() => request('POST', path('pool', ...this.place, 'try'), { body, accept: 'text/event-stream', signal: ending.signal })
      .catch((problem) => {
        if (!ending.signal.aborted) {
          throw problem;
        }
      }));
    if (!answer || ending.signal.aborted) {
      this.run = answer ? this.run : undefined;
      return;
    }
    try {
      for await (const { type, data } of events(answer)) {
        if (ending.signal.aborted) {
          return;
        }
        this.run = type === 'text' || type === 'thinking'
          ? { ...this.run, [type]: this.run[type] + data.text }
          : { ...this.run, [type]: data };
      }
    } catch (problem) {
      if (!ending.signal.aborted) {
        const { title, text } = failure(problem);
        this.run = { ...this.run, error: { message: `${title}. ${text}` } };
      }
    } finally {
      if (this.#ending === ending) {
        this.run = { ...this.run, busy: false };
      }
    }
  }

  #answer() {
    const { busy, stopped, plan, attempt, text, thinking, usage, end, error } = this.run;
    const id = end?.['request-id'] ?? error?.['request-id'] ?? attempt?.['request-id'];
    const state = error ? chip('bad', t('pool.try.failed')) : busy ? chip('busy', t(attempt ? 'pool.try.streaming' : 'pool.try.waiting')) : stopped ? chip('off', t('pool.try.stopped')) : chip('ok', t('pool.try.done'));
    return html`<section class="stack pool-answer" aria-label=${t('pool.try.answer')}>
      <div class="pool-answer-head">${state}${attempt ? html`<span class="quiet">${name(attempt.account)}</span>` : nothing}</div>
      ${thinking ? html`<div class="pool-text quiet"><bdi class="said">${thinking}</bdi></div>` : nothing}
      ${text || busy ? html`<div class="pool-text" role="log" aria-live="off"><bdi class="said">${text}</bdi>${busy ? html`<span class="pool-caret" aria-hidden="true"></span>` : nothing}</div>` : nothing}
      ${error ? notice('bad', html`<strong>${error.status ?? ''} <bdi>${error.code ?? ''}</bdi></strong> <bdi class="said">${error.message}</bdi>
        ${error.provider ? html`<p class="quiet">${t('pool.try.provider')}</p>${errorText(error.provider)}` : nothing}`) : nothing}
      ${facts([
        attempt ? [t('pool.try.account'), html`${name(attempt.account)} <span class="quiet">${name(attempt['upstream-model'])}</span>`] : plan ? [t('pool.try.candidates'), number(plan['candidates-in-all'])] : null,
        Number(attempt?.attempts) > 1 ? [t('pool.try.attempts'), number(Number(attempt.attempts))] : null,
        attempt ? [t('pool.try.queued'), duration(Number(attempt['queued-ms']))] : null,
        end ? [t('pool.try.first'), duration(end['first-token-ms'])] : null,
        end ? [t('pool.try.total'), duration(end['total-ms'])] : null,
        usage ? [t('pool.try.tokens'), t('pool.try.tokens.value', { in: number(usage.prompt_tokens), out: number(usage.completion_tokens) })] : null,
        id ? [t('pool.try.id'), this.story ? html`<a class="mono" href=${link('request', [id])}>${id}</a>` : html`<span class="mono">${id}</span>`] : null,
      ])}</section>`;
  }

  #form(models) {
    return this.form.render(html`
      ${this.form.row(
        this.form.select('model', { label: t('pool.try.model'), required: true, options: models.map((each) => ({ value: each, label: each })) }),
        this.form.number('max-tokens', { label: t('pool.try.max-tokens'), hint: t('pool.try.max-tokens.hint') }))}
      ${this.form.area('prompt', { label: t('pool.try.prompt'), rows: 2, placeholder: t('pool.try.prompt.default'), maxLength: 4000 })}
      <p class="quiet">${t('pool.try.note')}</p>
      <div class="actions">${this.run?.busy
        ? html`<button type="button" class="button" @click=${() => this.stop()}>${icon('stop')}${t('pool.try.stop')}</button>`
        : html`<button type="submit" class="button primary">${icon('play')}${t(this.run ? 'pool.try.again' : 'pool.try.send')}</button>`}</div>`, () => this.#send());
  }

  render() {
    return html`<div class="stack">${this.models.render((models) => this.#form(models), { lines: 4 })}${this.run ? this.#answer() : nothing}</div>`;
  }
}

customElements.define('sl-pool-trial', PoolTrial);
