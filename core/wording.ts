// Formats numbers, lists, states and instants for people.

/** Turns a confidence (0 to 1) into words; surfaces show the number beside them where there is room. */
export function confidenceWords(confidence: number): string {
  if (confidence >= 0.85) return 'very likely';
  if (confidence >= 0.65) return 'likely';
  if (confidence >= 0.4) return 'possible';
  return 'a guess';
}

/** "CronJob billing/nightly-invoices in eu-prod-1"; parts that are unknown are left out. */
export const entityText = ({
  kind,
  name,
  namespace = '',
  cluster = '',
}: {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly cluster?: string | undefined;
}): string =>
  `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}${cluster === '' || cluster === name ? '' : ` in ${cluster}`}`;

/** "02:47 UTC". */
export const clockTime = (instant: string): string => `${instant.slice(11, 16)} UTC`;

export const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const list = new Intl.ListFormat('en-GB', { style: 'long', type: 'conjunction' });

/** "a, b and c"; for more than `max` names "a, b and 3 more". */
export const formatList = (names: readonly string[], max = 6): string =>
  list.format(names.length <= max ? names : [...names.slice(0, max), `${names.length - max} more`]);

/** Formats a share of 0 to 1 as "46 %". */
export const formatPercent = (share: number): string => `${Math.round(share * 100)} %`;

/** Rewrites machine-format instants for people, as "2026-11-27 00:39 UTC". The rest of the text stays as it is. */
export const readableTimes = (text: string): string =>
  text.replaceAll(/\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?Z/g, '$1 $2 UTC');
