// A chat as a virtual key, with one model or with two side by side.
import { html, nothing } from 'lit';
import words from '../words/playground.js';
import { all, get, request } from '../app/api.js';
import { events } from '../app/events.js';
import { addWords, t } from '../app/i18n.js';
import { duration, number } from '../app/format.js';
import { kept } from '../app/store.js';
import { Form } from '../parts/form.js';
import { icon } from '../parts/icons.js';
import { page } from '../parts/page.js';
import { Part } from '../parts/part.js';
import { Load, empty, failure } from '../parts/states.js';
import { chip, code, name, notice } from '../parts/text.js';
import { toast } from '../parts/toast.js';

addWords(words);

const MOST_BYTES = 4 * 1024 * 1024;

/** A text in single quotes of a shell. */
const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

class PlaygroundPage extends Part {
  static properties = { columns: { state: true }, picture: { state: true }, curl: { state: true } };

  #endings = new Set();

  constructor() {
    super();
    this.form = new Form(this, { key: '', model: '', second: '', system: '', temperature: '', 'max-tokens': '', say: '' }, { guarded: false });
    this.columns = [];
    this.choices = new Load(this, async (signal) => {
      const [{ keys }, models] = await Promise.all([get('/keys', { state: 'active', limit: 1000 }, { signal }), all('/models', 'models', {}, { signal }).catch(() => [])]);
      const found = { keys: keys.filter((key) => !key['out-of-force']).map((key) => key.name), models: models.map((model) => model.name) };
      this.form.start({ ...this.form.values, key: this.form.get('key') || found.keys[0] || '', model: this.form.get('model') || found.models[0] || '' });
      return found;
    });
  }

  disconnectedCallback() {
    this.#stop();
    super.disconnectedCallback();
  }

  get busy() {
    return this.columns.some((column) => column.busy);
  }

  #stop() {
    this.#endings.forEach((ending) => ending.abort());
    this.#endings.clear();
  }

  #number(field) {
    const value = this.form.numberOf(field);
    if (Number.isNaN(value)) {
      this.form.fail(field, t('playground.not-number'));
      throw new RangeError(field);
    }
    return value;
  }

  /** The chat as it is asked for a model; what was said before goes with it. */
  #request(model, turns) {
    const system = this.form.get('system').trim();
    const messages = turns.map((turn) => ({ role: turn.role, content: turn.content }));
    return {
      model,
      messages: system ? [{ role: 'system', content: system }, ...messages] : messages,
      temperature: this.#number('temperature'),
      max_completion_tokens: this.#number('max-tokens'),
      stream: true,
    };
  }

  async #send() {
    const said = this.form.get('say').trim();
    if (!said || this.busy) {
      return;
    }
    const content = this.picture ? [{ type: 'text', text: said }, { type: 'image_url', image_url: { url: this.picture } }] : said;
    const models = [this.form.get('model'), this.form.get('second')].filter(Boolean);
    const asked = models.map((model, i) => {
      const turns = [...(this.columns[i]?.model === model ? this.columns[i].turns : []), { role: 'user', content, text: said, picture: this.picture }];
      return { model, turns, busy: true };
    });
    let requests;
    try {
      requests = asked.map(({ model, turns }) => this.#request(model, turns));
    } catch {
      return;
    }
    this.columns = asked;
    this.form.set('say', '');
    this.picture = undefined;
    requests.forEach((body, i) => this.#stream(i, body));
  }

  #change(index, change) {
    this.columns = this.columns.map((column, i) => (i === index ? { ...column, ...change } : column));
  }

  #answer(index, change) {
    const { turns } = this.columns[index];
    const last = turns[turns.length - 1];
    const turn = last.role === 'assistant' ? last : { role: 'assistant', content: '', text: '', thinking: '' };
    const next = { ...turn, ...change(turn) };
    this.#change(index, { turns: last.role === 'assistant' ? [...turns.slice(0, -1), next] : [...turns, next] });
  }

  async #stream(index, body) {
    const ending = new AbortController();
    this.#endings.add(ending);
    try {
      const answer = await request('POST', '/playground', { body: { key: this.form.get('key'), request: body }, accept: 'text/event-stream', signal: ending.signal });
      for await (const { type, data } of events(answer)) {
        if (type === 'text') {
          this.#answer(index, (turn) => ({ text: turn.text + data.text, content: turn.content + data.text }));
        } else if (type === 'thinking') {
          this.#answer(index, (turn) => ({ thinking: turn.thinking + data.text }));
        } else if (type !== 'plan') {
          this.#answer(index, () => ({ [type]: data }));
        }
      }
    } catch (problem) {
      if (ending.signal.aborted) {
        this.#answer(index, () => ({ stopped: true }));
      } else {
        const { title, text } = failure(problem);
        this.#answer(index, () => ({ error: { message: `${title}. ${text}` } }));
      }
    } finally {
      this.#endings.delete(ending);
      this.#change(index, { busy: false });
    }
  }

  #attach(event) {
    const file = event.target.files[0];
    event.target.value = '';
    if (!file) {
      return;
    }
    if (!file.type.startsWith('image/') || file.size > MOST_BYTES) {
      toast(t('playground.image.wrong'), { kind: 'bad' });
      return;
    }
    const reader = new FileReader();
    reader.addEventListener('load', () => (this.picture = reader.result));
    reader.readAsDataURL(file);
  }

  #curl() {
    const base = kept('gateway', `${location.protocol}//${location.hostname}:8080`).replace(/\/+$/, '');
    const turns = (this.columns[0]?.turns ?? []).filter((turn) => turn.role === 'user' || turn.content);
    const said = this.form.get('say').trim();
    const body = this.#request(this.form.get('model'), said ? [...turns, { role: 'user', content: said }] : turns);
    return `curl -N ${base}/v1/chat/completions \\\n  -H ${quoted('Authorization: Bearer <' + this.form.get('key') + '>')} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(body))}`;
  }

  #turn(turn, busy) {
    const { attempt, usage, end, error } = turn;
    const facts = [
      attempt ? t('playground.account', { name: attempt.account }) : '',
      end ? t('playground.first', { time: duration(end['first-token-ms']) }) : '',
      end ? duration(end['total-ms']) : '',
      usage ? t('playground.tokens', { in: number(usage.prompt_tokens), out: number(usage.completion_tokens) }) : '',
    ].filter(Boolean).join(' · ');
    return html`<li class="turn turn-${turn.role}">
      ${turn.picture ? html`<img class="turn-picture" alt="" src=${turn.picture}>` : nothing}
      ${turn.thinking ? html`<details class="quiet"><summary>${t('playground.thinking')}</summary><bdi class="said">${turn.thinking}</bdi></details>` : nothing}
      <bdi class="said">${turn.text}</bdi>
      ${error ? notice('bad', html`<strong>${error.status ?? ''} ${error.code ?? ''}</strong> <bdi class="said">${error.message}</bdi>`) : nothing}
      ${turn.stopped ? chip('off', t('playground.stopped')) : nothing}
      ${facts ? html`<p class="quiet turn-facts"><bdi>${facts}</bdi></p>` : nothing}${busy ? html`<span class="spinner"></span>` : nothing}</li>`;
  }

  #column(column) {
    return html`<section class="chat" aria-label=${column.model}><h2>${name(column.model)}</h2>
      <ol class="turns" role="log">${column.turns.map((turn, i) => this.#turn(turn, column.busy && i === column.turns.length - 1))}</ol></section>`;
  }

  #body({ keys, models }) {
    if (!keys.length) {
      return empty({ icon: 'keys', title: t('playground.key.none') });
    }
    const options = (list) => list.map((each) => ({ value: each, label: each }));
    return html`<div class="playground">
      <div class="chats">${this.columns.length
        ? this.columns.map((column) => this.#column(column))
        : empty({ icon: 'playground', title: t('playground.empty'), text: t('playground.empty.text') })}</div>
      ${this.form.render(html`
        ${this.form.row(
          this.form.select('key', { label: t('playground.key'), required: true, options: options(keys) }),
          this.form.select('model', { label: t('playground.model'), required: true, options: options(models) }),
          this.form.select('second', { label: t('playground.second'), required: true, options: [{ value: '', label: t('playground.second.none') }, ...options(models)] }))}
        <details class="more-fields"><summary>${t('playground.settings')}</summary>
          ${this.form.area('system', { label: t('playground.system'), rows: 2 })}
          ${this.form.row(this.form.number('temperature', { label: t('playground.temperature') }), this.form.number('max-tokens', { label: t('playground.max-tokens') }))}</details>
        <div @keydown=${(event) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.target.matches('textarea')) {
            event.preventDefault();
            this.#send();
          }
        }}>${this.form.area('say', { label: t('playground.say'), required: true, rows: 3 })}</div>
        ${this.picture ? html`<img class="turn-picture" alt="" src=${this.picture}>` : nothing}
        <div class="actions">
          <label class="button">${icon('upload')}${t('playground.image')}<input class="off-screen" type="file" accept="image/*" @change=${(event) => this.#attach(event)}></label>
          <button type="button" class="button" @click=${() => (this.curl = true)}>${icon('copy')}${t('playground.curl')}</button>
          <button type="button" class="button" ?disabled=${this.busy} @click=${() => (this.columns = [])}>${t('playground.clear')}</button>
          ${this.busy
            ? html`<button type="button" class="button" @click=${() => this.#stop()}>${icon('stop')}${t('playground.stop')}</button>`
            : html`<button type="submit" class="button primary">${icon('play')}${t('playground.send')}</button>`}</div>`, () => this.#send())}</div>`;
  }

  render() {
    return html`${page({ title: t('page.playground'), lead: t('playground.lead'), body: this.choices.render((found) => this.#body(found)) })}
      <sl-dialog ?open=${Boolean(this.curl)} size="wide" .heading=${t('playground.curl')} .body=${() => html`<p class="quiet">${t('playground.curl.text')}</p>${code(this.#curl(), { wrap: true })}`}
        .footer=${() => html`<button type="button" class="button primary" @click=${() => (this.curl = false)}>${t('common.done')}</button>`} @closed=${() => (this.curl = false)}></sl-dialog>`;
  }
}

customElements.define('sl-page-playground', PlaygroundPage);
