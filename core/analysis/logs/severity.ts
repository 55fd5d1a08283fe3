// How bad a message is where its source does not say, or says "info" of an error: by its words.
import type { Level } from './formats.ts';

/** Not part of a longer name (`error-rate`), no value of zero (`errors=0`), no absence (`no error`). */
const bad =
  /(?<!\b(?:no|0|without|any|zero) )(?<![\w./-])(?:\w{0,40}(?:Error|Exception)|errors?|err|fatal|panic|panicked|exception|critical|failed|failure|fails|cannot|could not|unable to|unavailable|refused|denied|timed out|killed|abort(?:ed)?|corrupt(?:ed)?|unhandled|not defined)(?![\w-])(?!["']?\s?[=:]\s?["']?(?:0|null|none|nil|false)\b)/i;
const warning = /(?<![\w-])(?:warn(?:ing)?|deprecated|retry(?:ing)?|slow|throttl\w{1,6}|timeout)(?![\w-])/i;
/** `java.lang.IllegalStateException`: with the package in front it is no word of the sentence. */
const qualified = /(?<![\w./-])(?:[A-Za-z_$][\w$]{0,60}\.){1,10}\w{0,60}(?:Error|Exception)(?![\w.-])/;
const headline = /^(?:(?:[\w$]{1,60}\.){0,10}\w{0,40}(?:Error|Exception)|error|fatal|panic|unhandled|exception)\b/i;
/** The same in German, Spanish, French, Portuguese and Italian, as databases and programs of these languages log. */
const badElsewhere =
  /(?<![\p{L}\d_./-])(?:fehler|fehlgeschlagen|ausnahme|konnte nicht|kann nicht|abgelehnt|verweigert|zeitüberschreitung|abgebrochen|verklemmung|fallo|falló|fallido|ha fallado|no se pudo|no se puede|rechazad[oa]|denegad[oa]|excepción|erreur|échec|échoué|impossible de|refusée?|dépassé|erro|falha|falhou|não foi possível|recusad[oa]|negado|exceção|errore|fallit[oa]|impossibile|rifiutat[oa]|eccezione|ошибка)(?![\p{L}\d_-])(?!["']?\s?[=:]\s?["']?(?:0|null|none|nil|false)\b)/iu;
/** A frame of a trace whose head came apart from it, and an exception whose name ends in what went wrong. */
const ofTrace =
  /^(?:at [\w.$<>/]+\(|File "|Caused by: |\.{3} \d+ (?:more|common)|Traceback \(most recent|goroutine \d+ \[|created by |(?:[a-z_]\w*\.)+[A-Z]\w+: )|^\S+\.go:\d+ \+0x/;
/** Frames that were taken for the rest of a line that they came behind. */
const holdsTrace = /\n\s{0,40}(?:at [\w.$<>/]{1,300}\(|File "|Caused by: )/;
const trouble =
  /(?<![\w./-])(?:violat\w{1,5}|duplicate|deadlock|not found|no such|does not exist|doesn't exist|too many|out of \w+|no space|no route|expired|rejected|unauthori[sz]ed|forbidden|invalid|mismatch|exceed(?:s|ed|ing)?|conflict|unexpected|unreachable|overflow|declined|not (?:allowed|permitted|supported|accessible|unique)|disconnect\w{0,3}|unhealthy|nil pointer|segfault|SIG[A-Z]{3,4}|OOM\w{0,6})(?![\w-])/i;
const readUpTo = 400;

/** `stated` is what the source says. */
export function severityOf(text: string, stated: Level | undefined): Level {
  const head = text.length > readUpTo ? text.slice(0, readUpTo) : text;
  if (stated === 'info') return headline.test(head) ? 'warn' : 'info';
  if (stated !== undefined) return stated;
  if (bad.test(head) || qualified.test(head) || badElsewhere.test(head)) return 'error';
  return warning.test(head) ? 'warn' : 'info';
}

/**
 * Whether a line that is no error by its level may say what failed: it counts where errors are told from each other, and nowhere else. What its
 * source calls information is taken at its word, but for the frames of a trace.
 */
export function maySayMore(text: string, stated: Level | undefined, whole: string | undefined): boolean {
  const head = text.length > readUpTo ? text.slice(0, readUpTo) : text;
  return (
    ofTrace.test(head) ||
    (whole !== undefined && holdsTrace.test(whole)) ||
    (stated === undefined && trouble.test(head))
  );
}

/** Whether a warning speaks of something that did not work. */
export const speaksOfFailure = (text: string): boolean => bad.test(text.slice(0, readUpTo));
