// What all elements are made of. They render into the page itself, not into a shadow: one style sheet, one tab order.
import { LitElement } from 'lit';
import { Directive, PartType, directive } from 'lit/directive.js';
import { language } from '../app/i18n.js';

/** An element without a shadow that is drawn again when the language changes. */
export class Part extends LitElement {
  #unsubscribe = [];
  #signals = [language];

  createRenderRoot() {
    return this;
  }

  /** Draws again whenever one of these changes. Called in the constructor. */
  watch(...signals) {
    this.#signals.push(...signals);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#unsubscribe = this.#signals.map((signal) => signal.subscribe(() => this.requestUpdate()));
    this.requestUpdate();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#unsubscribe.forEach((stop) => stop());
    this.#unsubscribe = [];
  }
}

class Style extends Directive {
  constructor(info) {
    super(info);
    if (info.type !== PartType.ELEMENT) {
      throw new Error('style() stands alone in a tag');
    }
  }

  render() {}

  update(part, [properties]) {
    for (const [name, value] of Object.entries(properties)) {
      part.element.style.setProperty(name, value);
    }
  }
}

/** Sets CSS properties: <div ${style({'--share': '40%'})}>. The page's policy forbids style attributes. */
export const style = directive(Style);

/** Calls something every so often, while its host is in the page and the page is seen. */
export class Every {
  #host;
  #ms;
  #run;
  #timer = 0;
  #seen = () => this.#turn();

  constructor(host, ms, run) {
    this.#host = host;
    this.#ms = ms;
    this.#run = run;
    host.addController(this);
  }

  hostConnected() {
    document.addEventListener('visibilitychange', this.#seen);
    this.#turn();
  }

  hostDisconnected() {
    document.removeEventListener('visibilitychange', this.#seen);
    clearInterval(this.#timer);
    this.#timer = 0;
  }

  #turn() {
    clearInterval(this.#timer);
    this.#timer = document.hidden ? 0 : setInterval(() => this.#run(), this.#ms);
  }
}
