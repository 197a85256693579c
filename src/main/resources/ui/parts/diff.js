// What changes between two texts, line by line.
import { html, nothing } from 'lit';
import { t } from '../app/i18n.js';

const MOST = 1_500;
const AROUND = 3;

/** [[' ' | '-' | '+', line], …] by the longest common subsequence of lines. */
export function lines(before, after) {
  const a = before.split('\n');
  const b = after.split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) {
    head++;
  }
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) {
    tail++;
  }
  const x = a.slice(head, a.length - tail);
  const y = b.slice(head, b.length - tail);
  const middle = [];
  if (x.length > MOST || y.length > MOST) {
    middle.push(...x.map((line) => ['-', line]), ...y.map((line) => ['+', line]));
  } else {
    const width = y.length + 1;
    const long = new Uint16Array((x.length + 1) * width);
    for (let i = x.length - 1; i >= 0; i--) {
      for (let j = y.length - 1; j >= 0; j--) {
        long[i * width + j] = x[i] === y[j] ? long[(i + 1) * width + j + 1] + 1 : Math.max(long[(i + 1) * width + j], long[i * width + j + 1]);
      }
    }
    let i = 0;
    let j = 0;
    while (i < x.length || j < y.length) {
      if (i < x.length && j < y.length && x[i] === y[j]) {
        middle.push([' ', x[i++]]);
        j++;
      } else if (i < x.length && (j === y.length || long[(i + 1) * width + j] >= long[i * width + j + 1])) {
        middle.push(['-', x[i++]]);
      } else {
        middle.push(['+', y[j++]]);
      }
    }
  }
  return [...a.slice(0, head).map((line) => [' ', line]), ...middle, ...a.slice(a.length - tail).map((line) => [' ', line])];
}

/** Shows what changes between two texts; equal lines far from a change are left out. */
export function diff(before, after) {
  const all = lines(before, after);
  const near = all.map(() => false);
  all.forEach(([sign], at) => {
    if (sign !== ' ') {
      for (let i = Math.max(0, at - AROUND); i <= Math.min(all.length - 1, at + AROUND); i++) {
        near[i] = true;
      }
    }
  });
  if (!near.includes(true)) {
    return html`<p class="quiet">${t('diff.same')}</p>`;
  }
  return html`<div class="diff mono" role="group" aria-label=${t('diff.label')} tabindex="0">${all.map(([sign, line], at) => {
    if (!near[at]) {
      return near[at - 1] || at === 0 ? html`<div class="diff-gap">⋯</div>` : nothing;
    }
    const kind = { '-': 'removed', '+': 'added' }[sign] ?? 'same';
    return html`<div class="diff-${kind}"><span class="diff-sign" aria-label=${sign === ' ' ? nothing : t('diff.' + kind)}>${sign}</span><bdi>${line}</bdi></div>`;
  })}</div>`;
}

/** A value as text to compare: JSON whose fields are in order. */
export function comparable(value) {
  const sorted = (each) => Array.isArray(each)
    ? each.map(sorted)
    : each && typeof each === 'object'
      ? Object.fromEntries(Object.keys(each).sort().map((key) => [key, sorted(each[key])]))
      : each;
  return JSON.stringify(sorted(value), null, 2);
}
