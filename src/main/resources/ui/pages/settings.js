// The configuration files, notifications, and the audit log.
import { html, nothing } from 'lit';
import words from '../words/settings.js';
import { get, post } from '../app/api.js';
import { addWords, t } from '../app/i18n.js';
import { time } from '../app/format.js';
import { route, setQuery } from '../app/router.js';
import { can } from '../app/session.js';
import { comparable, diff } from '../parts/diff.js';
import { Form } from '../parts/form.js';
import { icon } from '../parts/icons.js';
import { page, search, tabs } from '../parts/page.js';
import { Part } from '../parts/part.js';
import { Load, Paged, empty, told } from '../parts/states.js';
import { card, chip, code, facts, name, notice, said, tag, when } from '../parts/text.js';
import { toast } from '../parts/toast.js';

addWords(words);

const TABS = ['configuration', 'notifications', 'audit'];

class SettingsPage extends Part {
  static properties = { found: { state: true }, results: { state: true }, shown: { state: true }, busy: { state: true } };

  #asked;
  #soon = 0;

  constructor() {
    super();
    this.watch(route);
    this.config = new Load(this, (signal) => get('/config', {}, { signal }));
    this.audit = new Paged(this, async (cursor, signal) => {
      const answer = await get('/audit', { limit: 200, name: route.value.query.q, cursor }, { signal });
      return { rows: answer.entries, cursor: answer['next-cursor'] };
    }, { eager: false });
    this.form = new Form(this, { file: 'gateway.yaml', yaml: '' });
  }

  disconnectedCallback() {
    clearTimeout(this.#soon);
    super.disconnectedCallback();
  }

  get tab() {
    const { tab } = route.value.query;
    return TABS.includes(tab) && (tab !== 'audit' || can('operator')) ? tab : 'configuration';
  }

  willUpdate() {
    const asked = this.tab === 'audit' ? route.value.query.q ?? '' : undefined;
    if (asked !== this.#asked) {
      this.#asked = asked;
      clearTimeout(this.#soon);
      if (asked !== undefined) {
        this.#soon = setTimeout(() => this.audit.reload(), this.audit.value ? 200 : 0);
      }
    }
  }

  // Configuration

  async #reload() {
    this.busy = true;
    try {
      const done = await post('/configuration/reload');
      toast(done.errors ? t('settings.reloaded.bad', { n: done.errors }) : t('settings.reloaded', { revision: done.revision.slice(0, 12) }), { kind: done.errors ? 'bad' : 'ok' });
      if (done['needs-restart']) {
        toast(t('settings.restart', { what: [].concat(done['needs-restart']).join(', ') }), { kind: 'warn' });
      }
    } catch (problem) {
      told(problem);
    } finally {
      this.busy = false;
    }
    this.config.reload();
  }

  async #check() {
    if (!this.form.get('yaml').trim()) {
      this.form.fail('yaml', t('form.required'));
      return;
    }
    this.found = await this.form.send(() => post('/configuration/check', { file: this.form.get('file').trim() || undefined, yaml: this.form.get('yaml') }));
  }

  #fault(fault) {
    const lines = (fault.context ?? []).map((line) => `${line.line === fault.line ? '>' : ' '} ${String(line.line).padStart(5)}  ${line.text}`).join('\n');
    return html`<section class="stack">${notice('bad', html`<strong>${fault.line ? t('settings.at', { file: fault.file, line: fault.line }) : name(fault.file ?? '')}</strong>
      ${fault.path ? html`<span class="mono">${fault.path}</span>` : nothing} <bdi class="said">${fault.message}</bdi>`)}${lines ? code(lines) : nothing}</section>`;
  }

  #checked() {
    const { good, errors, warnings, changes } = this.found;
    return html`<div class="stack">
      ${good ? notice('ok', t('settings.try.good')) : notice('bad', t('settings.try.wrong', { n: errors.length }))}
      ${errors.map((fault) => this.#fault(fault))}
      ${warnings?.length ? html`<h3>${t('settings.warnings')}</h3>${warnings.map((warning) => notice('warn', said(warning)))}` : nothing}
      ${changes ? html`<h3>${t('settings.try.changes')}</h3>${changes.length ? code(changes.map((change) => JSON.stringify(change)).join('\n'), { max: true }) : html`<p class="quiet">${t('settings.try.same')}</p>`}` : nothing}</div>`;
  }

  #configuration(config) {
    const faults = config.faults?.length ? config.faults : (config.errors ?? []).map((message) => ({ message }));
    return html`<div class="stack">
      ${card({
        title: t('settings.tab.configuration'),
        actions: can('operator') ? html`<button type="button" class="button" ?disabled=${this.busy} @click=${() => this.#reload()}>${icon('refresh')}${t('settings.reload')}</button>` : undefined,
        body: html`${faults.length ? notice('bad', t('settings.bad')) : notice('ok', t('settings.good'))}
          ${facts([[t('settings.revision'), html`<span class="mono">${config.revision}</span>`], [t('settings.since'), when(config.since)]])}
          ${faults.map((fault) => this.#fault(fault))}`,
      })}
      ${can('operator') ? card({
        title: t('settings.try'),
        body: html`<p class="quiet">${t('settings.try.text')}</p>${this.form.render(html`
          ${this.form.text('file', { label: t('settings.try.file'), hint: t('settings.try.file.hint'), mono: true, maxLength: 120 })}
          ${this.form.area('yaml', { label: t('settings.try.yaml'), required: true, mono: true, rows: 12 })}
          <div class="actions">${this.form.submit(t('settings.try.check'))}</div>`, () => this.#check())}${this.found ? this.#checked() : nothing}`,
      }) : nothing}</div>`;
  }

  // Notifications

  async #notify() {
    this.busy = true;
    try {
      this.results = (await post('/notifications/test')).results;
    } catch (problem) {
      told(problem);
    } finally {
      this.busy = false;
    }
  }

  #notifications() {
    return card({
      title: t('settings.tab.notifications'),
      actions: can('operator') ? html`<button type="button" class="button" ?disabled=${this.busy} @click=${() => this.#notify()}>${icon('notices')}${t('settings.notify.send')}</button>` : undefined,
      body: html`<p class="quiet">${t('settings.notify.text')}</p>${this.results
        ? this.results.length
          ? facts(this.results.map((result) => [name(result.sink), result.delivered ? chip('ok', t('settings.notify.taken')) : html`${chip('bad', t('settings.notify.failed'))} ${said(result.why ?? '')}`]))
          : html`<p>${t('settings.notify.none')}</p>`
        : nothing}`,
    });
  }

  // The audit log

  get #columns() {
    return [
      { id: 'at', label: t('settings.audit.time'), width: 'minmax(10rem, 12rem)', cell: (entry) => time(entry.at) },
      { id: 'actor', label: t('settings.audit.actor'), cell: (entry) => name(entry.actor) },
      { id: 'action', label: t('settings.audit.action'), cell: (entry) => name(entry.action) },
      { id: 'subject', label: t('settings.audit.subject'), width: 'minmax(9rem, 2fr)', cell: (entry) => html`${entry.kind ? tag(entry.kind) : nothing} ${name(entry.name ?? '')}` },
      { id: 'address', label: t('settings.audit.address'), narrow: false, cell: (entry) => html`<span class="mono">${entry.address}</span>` },
      { id: 'result', label: t('settings.audit.result'), narrow: false, width: 'minmax(6rem, 2fr)', cell: (entry) => name(entry.result ?? '') },
    ];
  }

  #list(entries) {
    return html`<sl-table fill opens .columns=${this.#columns} .rows=${entries} .keyOf=${(entry) => entry.id} .selected=${this.shown?.id} ?more=${Boolean(this.audit.cursor)}
      label=${t('settings.tab.audit')} @more=${() => this.audit.more()} @open=${(event) => (this.shown = event.detail)}></sl-table>`;
  }

  #entry() {
    const entry = this.shown;
    return html`${facts([
      [t('settings.audit.time'), time(entry.at)],
      [t('settings.audit.actor'), name(entry.actor)],
      [t('settings.audit.role'), name(entry.role ?? '')],
      [t('settings.audit.address'), html`<span class="mono">${entry.address}</span>`],
      [t('settings.audit.action'), name(entry.action)],
      [t('settings.audit.subject'), html`${entry.kind ? tag(entry.kind) : nothing} ${name(entry.name ?? '')}`],
      entry.result ? [t('settings.audit.result'), said(entry.result)] : null,
    ])}${entry.before || entry.after ? html`<h3>${t('settings.audit.change')}</h3>${diff(comparable(entry.before ?? {}), comparable(entry.after ?? {}))}` : nothing}`;
  }

  #body() {
    switch (this.tab) {
      case 'notifications':
        return this.#notifications();
      case 'audit':
        return this.audit.render((entries) => this.#list(entries), { isEmpty: (entries) => entries.length === 0, empty: () => empty({ icon: 'audit', title: t('settings.audit.empty') }) });
      default:
        return this.config.render((config) => this.#configuration(config));
    }
  }

  render() {
    const { q } = route.value.query;
    return html`${page({
      title: t('page.settings'),
      lead: t('settings.lead'),
      fill: this.tab === 'audit',
      tools: html`${tabs({ items: TABS.filter((id) => id !== 'audit' || can('operator')).map((id) => ({ id, label: t('settings.tab.' + id) })), active: this.tab, choose: (id) => setQuery({ tab: id }), label: t('page.settings') })}
        ${this.tab === 'audit' ? search({ value: q, label: t('settings.audit.find'), input: (text) => setQuery({ q: text }) }) : nothing}`,
      body: this.#body(),
    })}
    <sl-dialog ?open=${Boolean(this.shown)} size="drawer" .heading=${this.shown ? name(this.shown.action) : ''} .body=${() => this.#entry()} @closed=${() => (this.shown = undefined)}></sl-dialog>`;
  }
}

customElements.define('sl-page-settings', SettingsPage);
