import { Signal, keep, kept } from './store.js';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** What was chosen: 'system', 'light' or 'dark'. */
export const theme = new Signal(kept('theme', 'system'));

/** What is seen: 'light' or 'dark'. */
export const shade = new Signal(seen());

function seen() {
  return theme.value === 'system' ? (dark.matches ? 'dark' : 'light') : theme.value;
}

function apply() {
  if (theme.value === 'system') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme.value;
  }
  shade.value = seen();
}

export function setTheme(next) {
  keep('theme', next === 'system' ? null : next);
  theme.value = next;
  apply();
}

dark.addEventListener('change', apply);
apply();
