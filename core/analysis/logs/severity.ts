// Judges a message's severity by its words, where the source states no level or calls an error "info".
import type { Level } from './formats.ts';

/** Error words; not inside a longer name (`error-rate`), with a value of zero (`errors=0`) or negated (`no error`). */
const bad =
  /(?<!\b(?:no|0|without|any|zero) )(?<![\w./-])(?:\w{0,40}(?:Error|Exception)|errors?|err|fatal|panic|panicked|exception|critical|failed|failure|fails|cannot|could not|unable to|unavailable|refused|denied|timed out|killed|abort(?:ed)?|corrupt(?:ed)?|unhandled|not defined)(?![\w-])(?!["']?\s?[=:]\s?["']?(?:0|null|none|nil|false)\b)/i;
const warning = /(?<![\w-])(?:warn(?:ing)?|deprecated|retry(?:ing)?|slow|throttl\w{1,6}|timeout)(?![\w-])/i;
/** A qualified class name such as `java.lang.IllegalStateException`; the package in front keeps it from matching as a word. */
const qualified = /(?<![\w./-])(?:[A-Za-z_$][\w$]{0,60}\.){1,10}\w{0,60}(?:Error|Exception)(?![\w.-])/;
const headline = /^(?:(?:[\w$]{1,60}\.){0,10}\w{0,40}(?:Error|Exception)|error|fatal|panic|unhandled|exception)\b/i;
/** Error words of databases and programs in German, Spanish, French, Portuguese, Italian and Russian. */
const badElsewhere =
  /(?<![\p{L}\d_./-])(?:fehler|fehlgeschlagen|ausnahme|konnte nicht|kann nicht|abgelehnt|verweigert|zeitüberschreitung|abgebrochen|verklemmung|fallo|falló|fallido|ha fallado|no se pudo|no se puede|rechazad[oa]|denegad[oa]|excepción|erreur|échec|échoué|impossible de|refusée?|dépassé|erro|falha|falhou|não foi possível|recusad[oa]|negado|exceção|errore|fallit[oa]|impossibile|rifiutat[oa]|eccezione|ошибка)(?![\p{L}\d_-])(?!["']?\s?[=:]\s?["']?(?:0|null|none|nil|false)\b)/iu;
/** A frame of a trace that was separated from its head, or an exception whose name ends in the error. */
const ofTrace =
  /^(?:at [\w.$<>/]+\(|File "|Caused by: |\.{3} \d+ (?:more|common)|Traceback \(most recent|goroutine \d+ \[|created by |(?:[a-z_]\w*\.)+[A-Z]\w+: )|^\S+\.go:\d+ \+0x/;
/** Frames that the assembler appended to an unrelated line before them. */
const holdsTrace = /\n\s{0,40}(?:at [\w.$<>/]{1,300}\(|File "|Caused by: )/;
const trouble =
  /(?<![\w./-])(?:violat\w{1,5}|duplicate|deadlock|not found|no such|does not exist|doesn't exist|too many|out of \w+|no space|no route|expired|rejected|unauthori[sz]ed|forbidden|invalid|mismatch|exceed(?:s|ed|ing)?|conflict|unexpected|unreachable|overflow|declined|not (?:allowed|permitted|supported|accessible|unique)|disconnect\w{0,3}|unhealthy|nil pointer|segfault|SIG[A-Z]{3,4}|OOM\w{0,6})(?![\w-])/i;
const readUpTo = 400;

/** `stated` is the level that the source states. */
export function severityOf(text: string, stated: Level | undefined): Level {
  const head = text.length > readUpTo ? text.slice(0, readUpTo) : text;
  if (stated === 'info') return headline.test(head) ? 'warn' : 'info';
  if (stated !== undefined) return stated;
  if (bad.test(head) || qualified.test(head) || badElsewhere.test(head)) return 'error';
  return warning.test(head) ? 'warn' : 'info';
}

/**
 * Whether a line that is not an error by its level may still say what failed. Such a line counts only where distinct errors are told apart.
 * A line that its source calls info is not considered, unless it is a frame of a trace.
 */
export function isPossibleFailure(text: string, stated: Level | undefined, whole: string | undefined): boolean {
  const head = text.length > readUpTo ? text.slice(0, readUpTo) : text;
  return (
    ofTrace.test(head) ||
    (whole !== undefined && holdsTrace.test(whole)) ||
    (stated === undefined && trouble.test(head))
  );
}

/** Whether a warning describes a failure. */
export const describesFailure = (text: string): boolean => bad.test(text.slice(0, readUpTo));
