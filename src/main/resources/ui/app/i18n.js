// Every text that is shown, in the language that is chosen. Words are in ../words/AREA.js; a page adds its own.
import { Signal, keep, kept } from './store.js';

const words = { en: {}, zh: {} };

/** What was chosen: 'auto', 'en' or 'zh'. */
export const choice = new Signal(kept('language', 'auto'));

/** What is shown: 'en' or 'zh'. */
export const language = new Signal(shown());

function shown() {
  const wanted = choice.value === 'auto' ? navigator.language || 'en' : choice.value;
  return wanted.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function setLanguage(next) {
  keep('language', next === 'auto' ? null : next);
  choice.value = next;
  document.documentElement.lang = shown() === 'zh' ? 'zh-CN' : 'en';
  language.value = shown();
}

/** Adds the words of an area: { en: {key: text}, zh: {key: text} }. */
export function addWords(area) {
  Object.assign(words.en, area.en);
  Object.assign(words.zh, area.zh);
}

/**
 * The text of a key; {name} in it is replaced by what is given. With {n} given, a key 'x.one' goes before 'x' when n is 1.
 */
export function t(key, given) {
  const all = words[language.value];
  const text = (given && String(given.n) === '1' && all[key + '.one']) || all[key] || words.en[key];
  if (text === undefined) {
    console.error('no words for ' + key);
    return key;
  }
  return given ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in given ? String(given[name]) : whole)) : text;
}

/** Whether there is a text for a key, for words that the server says and may be new. */
export function has(key) {
  return key in words.en;
}

/** The text of prefix + '.' + word if there is one, else the word as it is: states and kinds that the server says. */
export function word(prefix, said) {
  const key = prefix + '.' + said;
  return has(key) ? t(key) : String(said);
}

/** For Intl. */
export function locale() {
  return language.value === 'zh' ? 'zh-CN' : 'en';
}
