// How bad a message is where its source does not say, or says "info" of an error: by its words.
import type { Level } from './formats.ts';

/** Not part of a longer name (`error-rate`), no value of zero (`errors=0`), no absence (`no error`). */
const bad =
  /(?<!\b(?:no|0|without|any|zero) )(?<![\w./-])(?:\w{0,40}(?:Error|Exception)|errors?|err|fatal|panic|panicked|exception|critical|failed|failure|fails|cannot|could not|unable to|unavailable|refused|denied|timed out|killed|abort(?:ed)?|corrupt(?:ed)?|unhandled|not defined)(?![\w-])(?!["']?\s?[=:]\s?["']?(?:0|null|none|nil|false)\b)/i;
const warning = /(?<![\w-])(?:warn(?:ing)?|deprecated|retry(?:ing)?|slow|throttl\w{1,6}|timeout)(?![\w-])/i;
/** `java.lang.IllegalStateException`: with the package in front it is no word of the sentence. */
const qualified = /(?<![\w./-])(?:[A-Za-z_$][\w$]{0,60}\.){1,10}\w{0,60}(?:Error|Exception)(?![\w.-])/;
const headline = /^(?:(?:[\w$]{1,60}\.){0,10}\w{0,40}(?:Error|Exception)|error|fatal|panic|unhandled|exception)\b/i;
const readUpTo = 400;

/** `stated` is what the source says. */
export function severityOf(text: string, stated: Level | undefined): Level {
  const head = text.length > readUpTo ? text.slice(0, readUpTo) : text;
  if (stated === 'info') return headline.test(head) ? 'warn' : 'info';
  if (stated !== undefined) return stated;
  if (bad.test(head) || qualified.test(head)) return 'error';
  return warning.test(head) ? 'warn' : 'info';
}

/** Whether a warning speaks of something that did not work. */
export const speaksOfFailure = (text: string): boolean => bad.test(text.slice(0, readUpTo));
