// Nodes: who is there, and what configuration they have.
import { html, nothing } from 'lit';
import words from '../words/nodes.js';
import { get } from '../app/api.js';
import { bytes, duration, time } from '../app/format.js';
import { addWords, has, t } from '../app/i18n.js';
import { page } from '../parts/page.js';
import { Every, Part } from '../parts/part.js';
import { Load } from '../parts/states.js';
import { card, chip, code, copyButton, facts, name, notice, said, tag, when } from '../parts/text.js';

addWords(words);

const EVERY = 5_000;

/** A value of the node's settings as people read it. */
function shown(field, value) {
  if (typeof value === 'boolean') {
    return value ? t('common.yes') : t('common.no');
  }
  if (field.endsWith('-ms')) {
    return duration(value);
  }
  return field.endsWith('-bytes') ? bytes(value) : html`<span class="mono">${name(String(value))}</span>`;
}

class NodesPage extends Part {
  constructor() {
    super();
    this.nodes = new Load(this, async (signal) => {
      const background = { signal, background: this.nodes.value !== undefined };
      const [nodes, config, difference] = await Promise.all([get('/nodes', {}, background), get('/config', {}, background), get('/config/diff', {}, background)]);
      return { nodes, config, difference };
    });
    new Every(this, EVERY, () => this.nodes.reload());
  }

  get columns() {
    return [
      { id: 'name', label: t('common.name'), width: 'minmax(9rem, 2fr)', cell: (node) => html`${name(node.name)}${node.self ? tag(t('nodes.this')) : nothing}`, sort: (node) => node.name },
      { id: 'revision', label: t('nodes.revision'), width: 'minmax(9rem, 2fr)', cell: (node) => html`<span class="mono">${name(node.revision.slice(0, 12))}</span>
        ${node.revision === this.nodes.value.nodes.self.revision ? chip('ok', t('nodes.same')) : chip('warn', t('nodes.differs'))}` },
      { id: 'version', label: t('nodes.version'), narrow: false, cell: (node) => name(node.version) },
      { id: 'address', label: t('nodes.address'), narrow: false, cell: (node) => html`<span class="mono">${name(node.address ?? '–')}</span>` },
      { id: 'voter', label: t('nodes.voter'), narrow: false, width: '6rem', cell: (node) => (node.voter === undefined ? '–' : node.voter ? t('common.yes') : t('common.no')) },
    ];
  }

  #changes(difference) {
    return difference.changes.length === 0
      ? nothing
      : card({ title: t('nodes.changed'), body: code(JSON.stringify(difference.changes, null, 2), { max: true }) });
  }

  #body({ nodes, config, difference }) {
    const members = nodes.alone ? [{ ...nodes.self, self: true }] : nodes.members;
    const settings = Object.entries(config.node).filter(([field]) => has('nodes.field.' + field));
    const effective = JSON.stringify(config.effective, null, 2);
    return html`<div class="stack">
      ${config.errors.length
        ? notice('bad', html`<strong>${t('nodes.rejected')}</strong> ${config['errors-since'] ? t('nodes.rejected-at', { when: time(config['errors-since']) }) : nothing}
            <ul class="plain-list">${config.errors.map((error) => html`<li>${said(error)}</li>`)}</ul>`)
        : nothing}
      ${nodes.drift ? notice('warn', t('nodes.drift')) : nothing}
      ${card({ css: 'card-flush', body: html`<sl-table .columns=${this.columns} .rows=${members} label=${t('page.nodes')}></sl-table>` })}
      ${nodes.alone ? html`<p class="quiet">${t('nodes.alone')}</p>` : nothing}
      <div class="columns">
        ${card({ title: t('nodes.configuration'), body: facts([
          [t('nodes.revision'), html`<span class="mono">${name(config.revision)}</span>`],
          [t('nodes.since'), when(config.since)],
          [t('nodes.version'), name(config.version)],
        ]) })}
        ${card({ title: t('nodes.settings'), body: facts(settings.map(([field, value]) => [t('nodes.field.' + field), shown(field, value)])) })}
      </div>
      ${this.#changes(difference)}
      ${card({ title: t('nodes.effective'), actions: copyButton(effective, t('common.copy')), body: code(effective, { max: true, label: t('nodes.effective') }) })}</div>`;
  }

  render() {
    return page({ title: t('page.nodes'), lead: t('nodes.lead'), body: this.nodes.render((value) => this.#body(value), { lines: 10 }) });
  }
}

customElements.define('sl-page-nodes', NodesPage);
