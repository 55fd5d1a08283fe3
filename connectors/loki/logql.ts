// Writes the LogQL of a question. Names from pages are hostile text: they are quoted, and escaped inside expressions.
import type { Scope } from '../../core/model/scope.ts';

export interface Labels {
  readonly service: string;
  readonly namespace: string;
  readonly cluster: string;
  readonly pod: string;
}

/** The parts of a question in order of importance. Their lines do not overlap. */
export type PartName = 'paged' | 'neighbours' | 'others';
export interface Part {
  readonly name: PartName;
  readonly selector: string;
}

export const maxNeighbours = 50;
const quoted = (text: string): string => JSON.stringify(text);
const escaped = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
const oneOf = (names: readonly string[]): string => quoted(names.map(escaped).join('|'));

/** `anchor` is a label that nearly all streams have: Loki needs a matcher that does not accept the empty value. */
export function partsOf(scope: Scope, labels: Labels, anchor: string | undefined): Part[] {
  const { cluster, namespace, reach, match = {} } = scope;
  const narrow = reach !== 'everywhere';
  const paged = reach === 'neighbours' ? undefined : scope.service;
  const labelOf = (name: string): string => match[name]?.[labels.service] ?? name;
  const own = paged === undefined ? undefined : matchersOf(paged, scope, labels);
  const neighbours = narrow
    ? scope.neighbours
        .slice(0, maxNeighbours)
        .filter((name) => name !== paged)
        .map(labelOf)
    : [];
  const here = [
    ...(narrow && cluster !== undefined ? [`${labels.cluster}=${quoted(cluster)}`] : []),
    ...(reach === 'neighbourhood' && namespace !== undefined ? [`${labels.namespace}=${quoted(namespace)}`] : []),
  ];
  const place = here.length > 0 ? here : anchor === undefined ? undefined : [`${anchor}=~".+"`];
  const without = [
    // Lines that meet several labels cannot be left out by a selector; the reader drops them.
    ...(own?.length === 1 ? own.map(([name, value]) => `${name}!=${quoted(value)}`) : []),
    ...(neighbours.length === 0 ? [] : [`${labels.service}!~${oneOf(neighbours)}`]),
  ];
  const part = (name: PartName, matchers: readonly string[]): Part => ({ name, selector: `{${matchers.join(', ')}}` });
  return [
    ...(own === undefined ? [] : [part('paged', [...here, ...own.map(([name, value]) => `${name}=${quoted(value)}`)])]),
    ...(neighbours.length === 0 ? [] : [part('neighbours', [`${labels.service}=~${oneOf(neighbours)}`])]),
    ...(place === undefined || reach === 'neighbours' ? [] : [part('others', [...place, ...without])]),
  ];
}

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The labels that select a service: those of its match, or the label of the service. */
function matchersOf(service: string, { match = {} }: Scope, labels: Labels): (readonly [string, string])[] {
  const matched = Object.entries(match[service] ?? {}).filter(([name]) => labelName.test(name));
  return matched.length > 0 ? matched : [[labels.service, service]];
}

/** The labels by which lines are counted, to tell the paged service from the others. */
export const countedBy = ({ match = {}, service }: Scope, labels: Labels): string[] => [
  ...new Set([labels.service, ...Object.keys(match[service ?? ''] ?? {}).filter((name) => labelName.test(name))]),
];

/** One number for each value of the labels, for each part. */
export const countOf = (parts: readonly Part[], by: readonly string[], seconds: number): string =>
  parts
    .map(({ selector }) => `sum by (${by.join(', ')}) (count_over_time(${selector}[${Math.max(1, seconds)}s]))`)
    .join(' or ');

/** Only lines that look like trouble. */
export const troubleIn = (selector: string): string =>
  `${selector} |~ "(?i)(err|fail|fatal|panic|exception|critical|warn|timeout|timed out|refused|denied|killed|unavailable)"`;
