// Numbers, times and money as people read them, in the language that is shown. None of it rounds what it is given twice.
import { locale, t } from './i18n.js';

const made = new Map();

function intl(kind, options) {
  const key = kind.name + locale() + JSON.stringify(options);
  if (!made.has(key)) {
    made.set(key, new kind(locale(), options));
  }
  return made.get(key);
}

const NONE = '–';

/** 1234567 → 1,234,567. */
export function number(value, digits = 0) {
  return value == null ? NONE : intl(Intl.NumberFormat, { maximumFractionDigits: digits }).format(value);
}

/** 1234567 → 1.2M. */
export function compact(value) {
  return value == null
    ? NONE
    : intl(Intl.NumberFormat, { notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}

/** 0.1234 → 12.3%. */
export function percent(share, digits = 1) {
  return share == null ? NONE : intl(Intl.NumberFormat, { style: 'percent', maximumFractionDigits: digits }).format(share);
}

/**
 * Money. Small amounts keep enough digits to be told from nothing.
 *
 * @param amount in whole units, as a number or a decimal text
 * @param currency code of ISO 4217
 */
export function money(amount, currency = 'USD') {
  if (amount == null) {
    return NONE;
  }
  const value = Number(amount);
  const digits = value !== 0 && Math.abs(value) < 0.1 ? 6 : Math.abs(value) < 10 ? 4 : 2;
  try {
    return intl(Intl.NumberFormat, { style: 'currency', currency, maximumFractionDigits: digits, minimumFractionDigits: 2 })
      .format(value);
  } catch {
    return number(value, digits) + ' ' + currency;
  }
}

/** Money in micro-units: 1500000 → $1.50. */
export function micros(amount, currency) {
  return amount == null ? NONE : money(Number(amount) / 1e6, currency);
}

/** Milliseconds → 85 ms, 1.2 s, 3 min 20 s, 4 h 5 min, 3 d 2 h. */
export function duration(ms) {
  if (ms == null) {
    return NONE;
  }
  if (ms < 1000) {
    return number(ms, ms < 10 ? 1 : 0) + ' ms';
  }
  if (ms < 60_000) {
    return number(ms / 1000, ms < 10_000 ? 1 : 0) + ' s';
  }
  const seconds = Math.round(ms / 1000);
  const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const parts = [];
  let left = seconds;
  for (const [unit, size] of units) {
    const many = Math.floor(left / size);
    left -= many * size;
    if (many > 0 && parts.length < 2) {
      parts.push(many + ' ' + unit);
    } else if (parts.length > 0) {
      break;
    }
  }
  return parts.join(' ');
}

/** 1536 → 1.5 KiB. */
export function bytes(count) {
  if (count == null) {
    return NONE;
  }
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let i = 0;
  let value = count;
  while (value >= 1024 && i < units.length - 1) {
    value /= 1024;
    i++;
  }
  return number(value, i === 0 ? 0 : 1) + ' ' + units[i];
}

/** An instant, as a date and a time of this browser's zone. */
export function time(instant) {
  return instant == null
    ? NONE
    : intl(Intl.DateTimeFormat, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(instant));
}

/** Only the day. */
export function day(instant) {
  return instant == null ? NONE : intl(Intl.DateTimeFormat, { dateStyle: 'medium' }).format(new Date(instant));
}

/** Only the time of day. */
export function clock(instant) {
  return instant == null ? NONE : intl(Intl.DateTimeFormat, { timeStyle: 'medium' }).format(new Date(instant));
}

/** How long ago, or until: 5 minutes ago, in 2 hours. */
export function ago(instant, now = Date.now()) {
  if (instant == null) {
    return NONE;
  }
  const seconds = Math.round((new Date(instant).getTime() - now) / 1000);
  const size = Math.abs(seconds);
  const relative = intl(Intl.RelativeTimeFormat, { numeric: 'auto' });
  if (size < 5) {
    return t('common.now');
  }
  if (size < 60) {
    return relative.format(seconds, 'second');
  }
  if (size < 3600) {
    return relative.format(Math.trunc(seconds / 60), 'minute');
  }
  if (size < 86400) {
    return relative.format(Math.trunc(seconds / 3600), 'hour');
  }
  return relative.format(Math.trunc(seconds / 86400), 'day');
}
