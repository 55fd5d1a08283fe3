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
  const { service, cluster, namespace, reach } = scope;
  const narrow = reach !== 'everywhere';
  const neighbours = narrow ? scope.neighbours.slice(0, maxNeighbours).filter((name) => name !== service) : [];
  const here = [
    ...(narrow && cluster !== undefined ? [`${labels.cluster}=${quoted(cluster)}`] : []),
    ...(reach === 'neighbourhood' && namespace !== undefined ? [`${labels.namespace}=${quoted(namespace)}`] : []),
  ];
  const place = here.length > 0 ? here : anchor === undefined ? undefined : [`${anchor}=~".+"`];
  const without = [
    ...(service === undefined ? [] : [`${labels.service}!=${quoted(service)}`]),
    ...(neighbours.length === 0 ? [] : [`${labels.service}!~${oneOf(neighbours)}`]),
  ];
  const part = (name: PartName, matchers: readonly string[]): Part => ({ name, selector: `{${matchers.join(', ')}}` });
  return [
    ...(service === undefined ? [] : [part('paged', [...here, `${labels.service}=${quoted(service)}`])]),
    ...(neighbours.length === 0 ? [] : [part('neighbours', [`${labels.service}=~${oneOf(neighbours)}`])]),
    ...(place === undefined ? [] : [part('others', [...place, ...without])]),
  ];
}

/** One number a service, for each part. */
export const countOf = (parts: readonly Part[], labels: Labels, seconds: number): string =>
  parts
    .map(({ selector }) => `sum by (${labels.service}) (count_over_time(${selector}[${Math.max(1, seconds)}s]))`)
    .join(' or ');

/** Only lines that look like trouble. */
export const troubleIn = (selector: string): string =>
  `${selector} |~ "(?i)(err|fail|fatal|panic|exception|critical|warn|timeout|timed out|refused|denied|killed|unavailable)"`;
