// Writes the LogsQL of a question. Names from pages are hostile text: each is a quoted value of an exact filter.
import type { Scope } from '../../core/model/scope.ts';
import type { VictoriaLogsSettings } from './manifest.ts';

export type Fields = VictoriaLogsSettings['fields'];

/** The parts of a question in order of importance. Their lines do not overlap. */
export type PartName = 'paged' | 'neighbours' | 'others';
export interface Part {
  readonly name: PartName;
  readonly filter: string;
}

const maxNeighbours = 50;
const platform = ['kube-system', 'kube-node-lease', 'istio-system'];
export const isUsable = (value: string): boolean => /^[^\p{C}]{1,200}$/u.test(value);

const quoted = (text: string): string => JSON.stringify(text);
const is = (field: string, value: string): string => `${quoted(field)}:=${quoted(value)}`;
/** One of the values, or none at all if `orAbsent`. */
const among = (field: string, values: readonly string[], orAbsent = false): string =>
  `${quoted(field)}:in(${[...values, ...(orAbsent ? [''] : [])].map(quoted).join(',')})`;
const all = (filters: readonly string[]): string => (filters.length === 0 ? '*' : filters.join(' '));

export function partsOf(scope: Scope, fields: Fields): { readonly parts: Part[]; readonly missing: readonly string[] } {
  const { reach, cluster, namespace, match = {} } = scope;
  const narrow = reach !== 'everywhere';
  const usable = [...new Set(scope.neighbours)].filter((name) => isUsable(name) && name !== scope.service);
  const paged =
    reach === 'neighbours' || scope.service === undefined || !isUsable(scope.service) ? undefined : scope.service;
  const ofService = (name: string): string => {
    const wanted = Object.entries(match[name] ?? {}).filter(([field, value]) => isUsable(field) && isUsable(value));
    return wanted.length === 0
      ? is(fields.service, name)
      : `(${wanted.map(([field, value]) => is(field, value)).join(' ')})`;
  };
  const near = narrow ? usable.slice(0, maxNeighbours) : [];
  const neighbours = near.length === 0 ? undefined : `(${near.map(ofService).join(' or ')})`;
  const here = narrow && cluster !== undefined && isUsable(cluster) ? [among(fields.cluster, [cluster], true)] : [];
  const inside =
    reach === 'neighbourhood' && namespace !== undefined && isUsable(namespace)
      ? [among(fields.namespace, [namespace, ...platform], true)]
      : [];
  const own = paged === undefined ? undefined : ofService(paged);
  const without = [own, neighbours].flatMap((one) => (one === undefined ? [] : [`!${one}`]));
  return {
    parts: [
      ...(own === undefined ? [] : [{ name: 'paged' as const, filter: all([...here, own]) }]),
      ...(neighbours === undefined
        ? []
        : [{ name: 'neighbours' as const, filter: all([neighbours, ...(own === undefined ? [] : [`!${own}`])]) }]),
      ...(reach === 'neighbours' ? [] : [{ name: 'others' as const, filter: all([...here, ...inside, ...without]) }]),
    ],
    missing:
      narrow && usable.length > maxNeighbours
        ? [`logs of ${usable.length - maxNeighbours} neighbours: ${maxNeighbours} are asked for`]
        : [],
  };
}

/** The lines of each part, as `n0`, `n1`, … */
export const counts = (parts: readonly Part[]): string =>
  `${parts.map(({ filter }) => `(${filter})`).join(' or ')} | stats ${parts
    .map(({ filter }, place) => `count() if (${filter}) n${place}`)
    .join(', ')}`;

const selected = (fields: Fields, more: readonly string[]): string =>
  [...new Set(['_time', '_msg', ...Object.values(fields), ...more])].map(quoted).join(', ');

export const lines = ({ filter }: Part, fields: Fields, more: readonly string[], limit: number): string =>
  `${filter} | fields ${selected(fields, more)} | limit ${limit}`;

/** The field that keeps a line while its form takes its place. */
export const originalLine = 'watchkeeper_line';
/** Words by their beginnings are much cheaper for the server than an expression. */
const words = [
  'err*',
  'fail*',
  'fatal*',
  'panic*',
  'exception*',
  'critical*',
  'warn*',
  'timeout*',
  '"timed out"',
  'refused',
  'denied',
  'killed',
  'unavailable',
];
const levels = ['err*', 'fatal*', 'crit*', 'warn*', 'panic*', 'alert*', 'emerg*'];
/** The part's lines that look like trouble. */
export const troubleOf = ({ name, filter }: Part, { level }: Fields): Part => ({
  name,
  filter: `${filter} (${[
    ...words.map((word) => `_msg:i(${word})`),
    '_msg:~"Exception|Error"',
    ...levels.map((word) => `${quoted(level)}:i(${word})`),
  ].join(' or ')})`,
});

/** Each form of lines with its number and its first line: lines are of one form if only their numbers differ. */
export const forms = (
  { filter }: Part,
  fields: Fields,
  more: readonly string[],
  { limit, order }: { readonly limit: number; readonly order: 'rare' | 'frequent' },
): string => {
  const by = ['_msg', fields.service, fields.namespace, fields.cluster].map(quoted).join(', ');
  const kept = [...new Set(['_time', originalLine, ...Object.values(fields), ...more])].map(quoted).join(', ');
  return `${filter} | copy _msg as ${originalLine} | collapse_nums at _msg | stats by (${by}) count() n, row_min(_time, ${kept}) first | sort by (n${order === 'rare' ? '' : ' desc'}) limit ${limit} | fields n, first`;
};

/** One of `every` lines, chosen by the server at random. */
export const sample = (
  { filter }: Part,
  fields: Fields,
  more: readonly string[],
  { every, limit }: { readonly every: number; readonly limit: number },
): string => `${filter}${every > 1 ? ` | sample ${every}` : ''} | fields ${selected(fields, more)} | limit ${limit}`;
