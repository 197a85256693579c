// The frame around every page: navigation, who is signed in, what is open above it.
import { html, nothing } from 'lit';
import { choice, language, setLanguage, t } from '../app/i18n.js';
import { PAGES } from '../app/pages.js';
import { link, route } from '../app/router.js';
import { can, load, lost, session, signOut } from '../app/session.js';
import { connection } from '../app/store.js';
import { setTheme, theme } from '../app/theme.js';
import { icon, mark } from './icons.js';
import { Part } from './part.js';
import './sign-in.js';
import { empty, failed, loading } from './states.js';
import { kbd, name } from './text.js';

const GROUPS = ['watch', 'steer', 'system'];
const AT_THE_BOTTOM = 4;

/** Whether somebody may see a page. */
function allowed(page) {
  return can(page.role) && (!session.value.team || page.team);
}

class App extends Part {
  static properties = { drawer: { state: true }, help: { state: true }, problem: { state: true }, loaded: { state: true } };

  #waitsForLetter = 0;
  #pressed = (event) => this.#key(event);

  constructor() {
    super();
    this.watch(session, route, connection, lost, theme, choice);
    this.drawer = false;
    this.help = false;
    this.loaded = new Map();
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('keydown', this.#pressed);
    route.subscribe(() => this.#turned());
    session.subscribe(() => this.#turned());
    this.#ask();
  }

  disconnectedCallback() {
    removeEventListener('keydown', this.#pressed);
    super.disconnectedCallback();
  }

  async #ask() {
    this.problem = undefined;
    try {
      await load();
    } catch (problem) {
      this.problem = problem;
    }
  }

  /** The page of the address; the first that may be seen when it names none. */
  get #page() {
    const { page } = route.value;
    return page === '' ? PAGES.find(allowed) : PAGES.find((each) => each.id === page);
  }

  #turned() {
    this.drawer = false;
    if (!session.value) {
      return;
    }
    const page = this.#page;
    const shown = page?.id + '/' + route.value.rest[0];
    if (this.last !== undefined && this.last !== shown) {
      this.updateComplete.then(() => this.querySelector('main h1')?.focus({ preventScroll: true }));
    }
    this.last = shown;
    if (page && allowed(page) && !this.loaded.has(page.id)) {
      this.#load(page);
    }
  }

  #load(page) {
    const put = (state) => (this.loaded = new Map(this.loaded).set(page.id, state));
    put({ state: 'loading' });
    page.load().then(() => put({ state: 'ready' }), (problem) => put({ state: 'failed', problem }));
  }

  #key(event) {
    if (event.target.closest?.('input, textarea, select, [contenteditable]') || event.ctrlKey || event.metaKey || event.altKey || !session.value) {
      return;
    }
    const since = Date.now() - this.#waitsForLetter;
    this.#waitsForLetter = 0;
    const page = since < 1500 ? PAGES.find((each) => each.key === event.key) : undefined;
    if (page && !document.querySelector('dialog[open]')) {
      event.preventDefault();
      location.hash = link(page.id);
    } else if (event.key === '/') {
      const place = document.querySelector('dialog[open] [data-search]') ?? this.querySelector('main [data-search]');
      if (place) {
        event.preventDefault();
        place.focus();
        place.select();
      }
    } else if (event.key === '?') {
      event.preventDefault();
      this.help = !this.help;
    } else if (event.key === 'g') {
      this.#waitsForLetter = Date.now();
    } else if (event.key === 'Escape' && this.drawer) {
      this.drawer = false;
    }
  }

  #entry(page) {
    const here = this.#page?.id === page.id;
    return html`<a class="nav-entry" href=${link(page.id)} aria-current=${here ? 'page' : nothing}>${icon(page.icon)}<span>${t('page.' + page.id)}</span></a>`;
  }

  #navigation() {
    return html`<nav class="nav" aria-label=${t('app.navigation')}>
      <a class="brand" href="#/">${mark()}<span>${t('app.name')}</span></a>
      <div class="nav-groups">${GROUPS.map((group) => {
        const pages = PAGES.filter((each) => each.group === group && allowed(each));
        return pages.length
          ? html`<div class="nav-group"><h2>${t('group.' + group)}</h2>${pages.map((page) => this.#entry(page))}</div>`
          : nothing;
      })}</div>
      ${this.#account('nav-account')}</nav>`;
  }

  #account(css) {
    const who = session.value;
    const check = (signal, value) => signal.value === value;
    return html`<sl-menu .css=${css} .label=${t('app.account', { name: who.name })} .face=${html`<span class="avatar">${icon('user')}</span>
        <span class="who">${name(who.name)}<small>${t('role.' + who.role)}${who.team ? ` · ${t('app.team-only', { team: who.team })}` : ''}</small></span>`}
      .items=${[
        { label: t('app.theme.system'), icon: 'system', checked: check(theme, 'system'), run: () => setTheme('system') },
        { label: t('app.theme.light'), icon: 'sun', checked: check(theme, 'light'), run: () => setTheme('light') },
        { label: t('app.theme.dark'), icon: 'moon', checked: check(theme, 'dark'), run: () => setTheme('dark') },
        null,
        { label: t('app.language.auto'), icon: 'language', checked: check(choice, 'auto'), run: () => setLanguage('auto') },
        { label: 'English', icon: 'language', checked: check(choice, 'en'), run: () => setLanguage('en') },
        { label: '中文', icon: 'language', checked: check(choice, 'zh'), run: () => setLanguage('zh') },
        null,
        { label: t('app.keyboard'), icon: 'keyboard', run: () => (this.help = true) },
        { label: t('app.signout'), icon: 'signout', run: () => signOut() },
      ]}></sl-menu>`;
  }

  #bottom() {
    const pages = PAGES.filter((each) => each.group && allowed(each)).slice(0, AT_THE_BOTTOM);
    return html`<nav class="bottom" aria-label=${t('app.menu')}>${pages.map((page) => this.#entry(page))}
      <button type="button" class="nav-entry" aria-expanded=${String(this.drawer)} @click=${() => (this.drawer = true)}>${icon('menu')}<span>${t('app.menu')}</span></button></nav>`;
  }

  #content() {
    const page = this.#page;
    if (!page) {
      return html`<article class="page"><h1 class="off-screen" tabindex="-1">${t('app.no-page')}</h1>${empty({ icon: 'error', title: t('app.no-page'), text: t('app.no-page.text'),
        action: html`<a class="button" href="#/">${t('app.home')}</a>` })}</article>`;
    }
    if (!allowed(page)) {
      return html`<article class="page"><h1 class="off-screen" tabindex="-1">${t('page.' + page.id)}</h1>${empty({ icon: 'lock', title: t('app.no-right'),
        text: t('app.no-right.text', { role: t('role.' + page.role), have: t('role.' + session.value.role) }) })}</article>`;
    }
    const state = this.loaded.get(page.id);
    switch (state?.state) {
      case 'ready':
        return this.#element(page.id);
      case 'failed':
        return html`<article class="page">${failed(state.problem, () => this.#load(page))}</article>`;
      default:
        return html`<article class="page">${loading()}</article>`;
    }
  }

  /** One element as long as its page is shown. Names come from ../app/pages.js alone. */
  #element(id) {
    if (this.shown?.localName !== 'sl-page-' + id) {
      this.shown = document.createElement('sl-page-' + id);
    }
    return this.shown;
  }

  #help() {
    const line = (keys, text) => html`<div><dt>${keys}</dt><dd>${text}</dd></div>`;
    return html`<dl class="facts keys">
      ${line(kbd('/'), t('keyboard.search'))}${line(kbd('?'), t('keyboard.help'))}${line(kbd('Esc'), t('keyboard.close'))}
      ${line(html`${kbd('↑')} ${kbd('↓')} ${kbd('Home')} ${kbd('End')}`, t('keyboard.rows'))}${line(kbd('Enter'), t('keyboard.open'))}
      ${line(kbd('g'), t('keyboard.go'))}
      ${PAGES.filter((each) => each.key && allowed(each)).map((each) => line(html`${kbd('g')} ${kbd(each.key)}`, t('page.' + each.id)))}</dl>`;
  }

  updated() {
    const page = session.value && this.#page;
    document.title = (page ? t('page.' + page.id) + ' · ' : '') + t('app.name');
    document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
  }

  render() {
    if (session.value === undefined) {
      return html`<main class="lonely">${this.problem ? failed(Object.assign(new Error(t('signin.unreachable')), this.problem), () => this.#ask()) : html`<span class="off-screen" role="status">${t('signin.checking')}</span>`}</main><sl-toasts></sl-toasts>`;
    }
    if (session.value === null) {
      return html`<sl-sign-in></sl-sign-in><sl-toasts></sl-toasts>`;
    }
    return html`<a class="skip" href="#main" @click=${(event) => { event.preventDefault(); this.querySelector('main').focus(); }}>${t('app.skip')}</a>
      <div class="shell">
        ${this.#navigation()}
        <main id="main" tabindex="-1">${connection.value === 'offline'
          ? html`<div class="notice notice-bad offline" role="alert">${icon('offline')}<div class="notice-body">${t('app.offline')}</div>
            <div class="actions"><button type="button" class="button" @click=${() => this.#again()}>${t('common.retry')}</button></div></div>`
          : nothing}${this.#content()}</main>
        ${this.#bottom()}
      </div>
      <sl-dialog ?open=${this.drawer} size="drawer" .heading=${t('app.name')} .body=${() => html`<div class="nav-drawer">${this.#navigation()}</div>`}
        @closed=${() => (this.drawer = false)}></sl-dialog>
      <sl-dialog ?open=${this.help} .heading=${t('keyboard.title')} .body=${() => this.#help()} @closed=${() => (this.help = false)}></sl-dialog>
      <sl-dialog ?open=${lost.value !== null} fixed .heading=${t('signin.again')} .lead=${t('signin.again.lead')}
        .body=${() => html`<sl-sign-in again></sl-sign-in>`}></sl-dialog>
      <sl-confirm></sl-confirm><sl-conflict></sl-conflict><sl-toasts></sl-toasts>`;
  }

  async #again() {
    try {
      await load();
      connection.value = 'online';
    } catch {
      // Still nobody.
    }
  }
}

customElements.define('sl-app', App);
