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

/** Lines that look like trouble. */
const trouble = (fields: Fields): string =>
  `(_msg:~"(?i)(err|fail|fatal|panic|exception|critical|warn|timeout|timed out|refused|denied|killed|unavailable)" or ${quoted(fields.level)}:~"(?i)^(err|fatal|crit|warn|panic|alert|emerg)")`;

/** The lines and the lines of trouble of each part, as `n0`, `bad0`, `n1`, … */
export const counts = (parts: readonly Part[], fields: Fields): string =>
  `${parts.map(({ filter }) => `(${filter})`).join(' or ')} | stats ${parts
    .flatMap(({ filter }, place) => [
      `count() if (${filter}) n${place}`,
      `count() if (${filter} ${trouble(fields)}) bad${place}`,
    ])
    .join(', ')}`;

const selected = (fields: Fields, more: readonly string[]): string =>
  [...new Set(['_time', '_msg', ...Object.values(fields), ...more])].map(quoted).join(', ');

export const lines = ({ filter }: Part, fields: Fields, more: readonly string[], limit: number): string =>
  `${filter} | fields ${selected(fields, more)} | limit ${limit}`;

/** One of `every` lines of trouble, chosen by the server at random. */
export const troubleLines = (
  { filter }: Part,
  fields: Fields,
  more: readonly string[],
  { every, limit }: { readonly every: number; readonly limit: number },
): string =>
  `${filter} ${trouble(fields)}${every > 1 ? ` | sample ${every}` : ''} | fields ${selected(fields, more)} | limit ${limit}`;

/** The first line of each form of lines, the rarest forms first: lines are of one form if only their numbers differ. */
export const forms = ({ filter }: Part, fields: Fields, more: readonly string[], limit: number): string => {
  const by = ['_msg', fields.service];
  const kept = [...new Set(['_time', 'watchkeeper_line', ...Object.values(fields), ...more])].map(quoted).join(', ');
  return `${filter} | copy _msg as watchkeeper_line | collapse_nums at _msg | stats by (${by.map(quoted).join(', ')}) count() n, row_min(_time, ${kept}) first | sort by (n) limit ${limit} | fields n, first`;
};
