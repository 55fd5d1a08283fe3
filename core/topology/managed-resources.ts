// Recognises managed resources outside clusters (Step Functions executions, CDN addresses) in a page and names them as entities. An execution's
// cluster is account and region, its namespace the state machine. A surrogate key's cluster is the CDN's service, its namespace the host.

import type { EntityRef } from '../model/entity.ts';
import type { Trigger } from '../model/incident.ts';
import { type EdgeAnswer, executionArn, stateMachineArn } from '../model/managed.ts';

/** All text of a page. */
export const textOf = ({ title, details }: Trigger): string =>
  [title, ...Object.values(details)].join('\n').slice(0, 50_000);
const allOf = (pattern: RegExp, text: string): string[] => [
  ...new Set(Array.from(text.matchAll(new RegExp(pattern.source, 'g')), ([found]) => found.replace(/[.-]+$/, ''))),
];
/** Maximum number of resources to ask about. */
const most = 5;

/** ARNs of executions in the page; if there are none, of state machines. */
export function arnsIn(trigger: Trigger): string[] {
  const text = textOf(trigger);
  const executions = allOf(executionArn, text);
  return (executions.length > 0 ? executions : allOf(stateMachineArn, text)).slice(0, most);
}

/** Addresses in a page that mentions a CDN. */
export function edgeUrlsIn(trigger: Trigger): string[] {
  const text = textOf(trigger);
  if (!/\b(?:cdn|edge|fastly|surrogate|cached?|stale|x-cache)\b/i.test(text)) return [];
  return allOf(/https:\/\/[^\s"'<>()[\]{}|\\^`]{4,1000}/, text)
    .map((url) => url.replace(/[.,;:!?]+$/, ''))
    .filter((url) => URL.canParse(url))
    .slice(0, most);
}

export const isExecution = ({ kind }: Pick<EntityRef, 'kind'>): boolean => kind === 'Execution';

export function entityOfExecution(arn: string): EntityRef {
  const [, , , region = '', account = '', , machine = '', name = ''] = arn.split(':');
  return { kind: 'Execution', name, namespace: machine, cluster: `${account}:${region}` };
}

/** Undefined if the entity cannot be an execution. */
export function arnOf({ kind, name, namespace = '', cluster = '' }: EntityRef): string | undefined {
  const [account = '', region = ''] = cluster.split(':');
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  const arn = `arn:${partition}:states:${region}:${account}:execution:${namespace}:${name}`;
  return kind === 'Execution' && new RegExp(`^${executionArn.source}$`).test(arn) ? arn : undefined;
}

/**
 * The surrogate key of exactly this address: the one that the page names, the only one, or the one that the path matches. Purging a broader key
 * would empty more of the cache than is broken.
 */
export function keyOf(
  { url, surrogateKeys }: Pick<EdgeAnswer, 'url' | 'surrogateKeys'>,
  page = '',
): string | undefined {
  const words = new Set(page.split(/[\s,;="'()[\]{}]+/));
  const named = surrogateKeys.filter((key) => words.has(key));
  if (named.length === 1) return named[0];
  if (surrogateKeys.length === 1) return surrogateKeys[0];
  const path = new URL(url).pathname
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1);
  const scored = surrogateKeys
    .map((key) => {
      const words = key
        .toLowerCase()
        .split(/[^a-z0-9]+/)
        .filter((word) => word.length > 1);
      return { key, score: words.filter((word) => path.some((one) => one === word || one === `${word}s`)).length };
    })
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score);
  const [first, second] = scored;
  return first !== undefined && first.score !== second?.score ? first.key : undefined;
}

export const entityOfKey = (key: string, { url, service }: EdgeAnswer): EntityRef => ({
  kind: 'SurrogateKey',
  name: key.slice(0, 253),
  namespace: new URL(url).hostname,
  cluster: `fastly:${service}`,
});

export const entityOfCdn = (service: string, id: string): EntityRef => ({
  kind: 'Cdn',
  name: service,
  cluster: `fastly:${id}`,
});

/** Hosts of all addresses in a page. */
export const hostsIn = (trigger: Trigger): string[] => [
  ...new Set(
    allOf(/https:\/\/[^\s"'<>()[\]{}|\\^`]{4,1000}/, textOf(trigger)).flatMap((url) =>
      URL.canParse(url) ? [new URL(url).hostname] : [],
    ),
  ),
];

/** Whether a page mentions a CDN or a cache in front of a service. */
export const mentionsCdn = (trigger: Trigger): boolean =>
  /\b(?:cdn|fastly|x-cache|surrogate|varnish|edge cache|cache hit|hit[ -_]?(?:ratio|rate)|pops?)\b/i.test(
    textOf(trigger),
  );
