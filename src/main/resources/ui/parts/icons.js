// The icons, 20 × 20, drawn with lines of the text's colour. They say nothing alone: a text or aria-label stands beside each.
import { html, svg } from 'lit';

const shapes = {
  overview: svg`<rect x="3" y="3" width="6" height="7" rx="1"/><rect x="11" y="3" width="6" height="4" rx="1"/><rect x="3" y="13" width="6" height="4" rx="1"/><rect x="11" y="10" width="6" height="7" rx="1"/>`,
  pool: svg`<path d="M3 6c2.3 0 2.3 2 4.7 2S10 6 12.3 6 14.700 8 17 8M3 12c2.300 0 2.300 2 4.700 2S10 12 12.300 12 14.700 14 17 14"/>`,
  channels: svg`<circle cx="5" cy="10" r="2"/><circle cx="15" cy="4.500" r="2"/><circle cx="15" cy="15.500" r="2"/><path d="M7 9.200 13 5.500M7 10.800l6 3.700"/>`,
  models: svg`<path d="m10 2.500 6.500 3.700v7.600L10 17.500l-6.500-3.700V6.200zM3.700 6.300 10 10l6.300-3.700M10 10v7.300"/>`,
  keys: svg`<circle cx="6.500" cy="13.500" r="3.500"/><path d="m9 11 7-7M13.500 6.500l2.500 2.500M11 9l1.500 1.500"/>`,
  teams: svg`<circle cx="7" cy="7" r="3"/><path d="M1.500 17c0-3 2.500-5 5.500-5s5.500 2 5.500 5M13 4.300a3 3 0 0 1 0 5.400M15 12.400c2 .7 3.500 2.400 3.500 4.600"/>`,
  usage: svg`<path d="M3 17V3M3 17h14M7 14V9M11 14V6M15 14v-3"/>`,
  request: svg`<path d="M4 3.500h12M4 8h12M4 12.500h7M4 17h5"/>`,
  playground: svg`<path d="M3 4.500h14v9H9L5.500 17v-3.500H3z"/>`,
  settings: svg`<circle cx="10" cy="10" r="2.500"/><path d="M10 2.500v2M10 15.500v2M2.500 10h2M15.500 10h2M4.700 4.700l1.400 1.400M13.900 13.900l1.400 1.400M4.700 15.300l1.400-1.400M13.900 6.100l1.400-1.400"/>`,
  nodes: svg`<rect x="3" y="3.500" width="14" height="5" rx="1.200"/><rect x="3" y="11.500" width="14" height="5" rx="1.200"/><path d="M6 6h.01M6 14h.01"/>`,
  tokens: svg`<path d="M10 2.500 16.500 5v5c0 4-3 6.500-6.500 7.500C6.500 16.500 3.500 14 3.500 10V5zM7.500 10l1.800 1.800L12.700 8.400"/>`,
  audit: svg`<path d="M5 2.500h7l3.500 3.500v11.500H5zM12 2.500V6h3.500M7.500 10h5M7.500 13.500h5"/>`,
  budgets: svg`<circle cx="10" cy="10" r="7.500"/><path d="M10 5.500v9M12.500 7.500c-.5-.8-1.400-1-2.500-1-1.500 0-2.500.7-2.500 1.800 0 2.500 5 1 5 3.500 0 1.100-1 1.800-2.500 1.800-1.200 0-2.200-.4-2.600-1.200"/>`,
  prices: svg`<path d="M10.500 2.500h6.500V9l-8 8.500L2.500 11zM13.500 6h.01"/>`,
  notices: svg`<path d="M4.500 14.500V9a5.500 5.500 0 0 1 11 0v5.500l1 1h-13zM8.500 17.500h3"/>`,
  search: svg`<circle cx="9" cy="9" r="5.500"/><path d="m13 13 4 4"/>`,
  plus: svg`<path d="M10 4v12M4 10h12"/>`,
  close: svg`<path d="m5 5 10 10M15 5 5 15"/>`,
  check: svg`<path d="m4 10.500 4 4 8-9"/>`,
  copy: svg`<rect x="7" y="7" width="10" height="10" rx="1.500"/><path d="M13 7V4.500A1.500 1.500 0 0 0 11.500 3h-7A1.500 1.500 0 0 0 3 4.500v7A1.500 1.500 0 0 0 4.500 13H7"/>`,
  more: svg`<path d="M4.500 10h.01M10 10h.01M15.500 10h.01" stroke-width="2.400"/>`,
  menu: svg`<path d="M3 5.500h14M3 10h14M3 14.500h14"/>`,
  down: svg`<path d="m5 7.500 5 5 5-5"/>`,
  right: svg`<path d="m7.500 5 5 5-5 5"/>`,
  left: svg`<path d="m12.500 5-5 5 5 5"/>`,
  up: svg`<path d="m5 12.500 5-5 5 5"/>`,
  external: svg`<path d="M11 3.500h5.500V9M16.500 3.500 9 11M14 11.500V16H4V6h4.500"/>`,
  refresh: svg`<path d="M16 10a6 6 0 1 1-1.800-4.300M16 3v3.500h-3.500"/>`,
  warning: svg`<path d="M10 3 18 16.500H2zM10 8v4M10 14.300h.01"/>`,
  error: svg`<circle cx="10" cy="10" r="7.500"/><path d="M10 6v5M10 13.800h.01"/>`,
  info: svg`<circle cx="10" cy="10" r="7.500"/><path d="M10 9v5M10 6.200h.01"/>`,
  ok: svg`<circle cx="10" cy="10" r="7.500"/><path d="m6.500 10.300 2.400 2.400 4.600-5"/>`,
  lock: svg`<rect x="4" y="9" width="12" height="8" rx="1.500"/><path d="M6.500 9V6.500a3.500 3.500 0 0 1 7 0V9"/>`,
  trash: svg`<path d="M3.500 5.500h13M8 5.500V3.500h4v2M5.500 5.500l.700 11.500h7.600l.700-11.500"/>`,
  edit: svg`<path d="M3.500 16.500v-3.200L13 3.800l3.200 3.200-9.500 9.500zM11 5.800 14.200 9"/>`,
  download: svg`<path d="M10 3v9M6 8.500l4 4 4-4M3.500 16.500h13"/>`,
  upload: svg`<path d="M10 12.500v-9M6 7l4-4 4 4M3.500 16.500h13"/>`,
  play: svg`<path d="M6 4v12l10-6z"/>`,
  pause: svg`<path d="M7 4.500v11M13 4.500v11"/>`,
  stop: svg`<rect x="5" y="5" width="10" height="10" rx="1.500"/>`,
  drain: svg`<path d="M4 3.500h12l-4.500 6v5.500l-3 2V9.500z"/>`,
  probe: svg`<path d="M2.500 10h4l2-5.500 3.500 11 2-5.500h3.500"/>`,
  clock: svg`<circle cx="10" cy="10" r="7.500"/><path d="M10 5.500V10l3 2"/>`,
  history: svg`<path d="M3.500 10a6.500 6.500 0 1 0 2-4.700M3 3.500v3.300h3.300M10 6.500V10l2.500 1.500"/>`,
  filter: svg`<path d="M3 5h14M6 10h8M8.500 15h3"/>`,
  columns: svg`<rect x="3" y="4" width="14" height="12" rx="1.500"/><path d="M8 4v12M12.500 4v12"/>`,
  user: svg`<circle cx="10" cy="7" r="3.500"/><path d="M3.500 17.500c0-3.500 2.900-5.500 6.500-5.500s6.500 2 6.500 5.500"/>`,
  signout: svg`<path d="M8 3.500H4v13h4M12.500 6.500 16 10l-3.500 3.500M16 10H8"/>`,
  sun: svg`<circle cx="10" cy="10" r="3.500"/><path d="M10 2v2M10 16v2M2 10h2M16 10h2M4.300 4.300l1.500 1.500M14.200 14.200l1.500 1.500M4.300 15.700l1.500-1.500M14.200 5.800l1.500-1.500"/>`,
  moon: svg`<path d="M16.500 12A7 7 0 0 1 8 3.500a7 7 0 1 0 8.500 8.500z"/>`,
  system: svg`<rect x="2.500" y="4" width="15" height="9.500" rx="1.500"/><path d="M7 17h6M10 13.500V17"/>`,
  language: svg`<circle cx="10" cy="10" r="7.500"/><path d="M2.500 10h15M10 2.500c4.500 4.500 4.500 10.500 0 15-4.500-4.500-4.500-10.500 0-15z"/>`,
  keyboard: svg`<rect x="2" y="5" width="16" height="10" rx="1.500"/><path d="M5 8.500h.01M8.300 8.500h.01M11.700 8.500h.01M15 8.500h.01M7 12h6"/>`,
  offline: svg`<path d="M3 3l14 14M6 12.500a5.500 5.500 0 0 1 4-1.700M3.200 9.500A9.500 9.500 0 0 1 6.500 7.300M10.500 6.500a9.500 9.500 0 0 1 6.300 3M10 16h.01"/>`,
};

/** An icon by name. */
export function icon(name, css = '') {
  return html`<svg class="icon ${css}" viewBox="0 0 20 20" aria-hidden="true" focusable="false">${shapes[name] ?? shapes.info}</svg>`;
}

/** The mark of Sluice. */
export function mark() {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="8"></rect><path d="M7 11c3 0 3 2.500 6 2.500S16 11 19 11s3 2.500 6 2.500M7 18c3 0 3 2.500 6 2.500S16 18 19 18s3 2.500 6 2.500"></path></svg>`;
}
