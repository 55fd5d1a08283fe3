// Keeps a query that somebody else wrote within a scope: it is parsed by Prometheus' own grammar, every selector gets the matchers of the place, and what
// could leave the place, the window or a sensible cost is refused with the reason.
import { parser } from '@prometheus-io/lezer-promql';
import { amongClusters, isWithin, type Scope } from '../../core/model/scope.ts';
import { formatList } from '../../core/wording.ts';
import { platform } from './places.ts';
import { among, isUsable, quoted } from './promql.ts';
import { applicationLabels, namespaceLabels } from './recipes.ts';

const maxLength = 2000;
const maxSelectors = 6;
const maxRangeSeconds = 8 * 86_400;
/** Evaluations that one subquery makes for each point. */
const maxSubqueryPoints = 600;
const minSubqueryStep = 10;

/** Labels that name a service. */
export const nameLabels: readonly string[] = [
  ...applicationLabels,
  'deployment',
  'workload',
  'destination_service_name',
  'destination_workload',
  'destination_canonical_service',
];
const placeLabels: readonly string[] = [
  ...namespaceLabels,
  'destination_service_namespace',
  'destination_workload_namespace',
];

/** One selector of a metric in a query. */
export interface Selector {
  readonly metric: string;
  readonly from: number;
  readonly to: number;
  readonly matchers: readonly {
    readonly label: string;
    readonly operator: string;
    readonly value: string | undefined;
  }[];
  /** Where matchers can be added, and whether braces or a comma have to come with them. */
  readonly at: number;
  readonly braces: boolean;
  readonly comma: boolean;
}

export type Parsed =
  | { readonly kind: 'parsed'; readonly text: string; readonly selectors: readonly Selector[] }
  | { readonly kind: 'refused'; readonly why: string };

const refused = (why: string) => ({ kind: 'refused', why }) as const;

const unitSeconds: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};
/** Undefined for anything but plain durations, such as sums of durations. */
function secondsIn(duration: string): number | undefined {
  if (/^\d+$/.test(duration)) return Number(duration);
  if (!/^(?:\d+(?:ms|[smhdwy]))+$/.test(duration)) return undefined;
  return [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitSeconds[unit] ?? 0),
    0,
  );
}

/** The value of a string literal; undefined if it has escapes. */
const literalOf = (literal: string): string | undefined => (literal.includes('\\') ? undefined : literal.slice(1, -1));

/** Reads a query and refuses what no scope allows. */
export function parsePromql(text: string): Parsed {
  if (text.length > maxLength) return refused(`The query has ${text.length} characters; ${maxLength} are allowed.`);
  if (/[^\P{C}\t\n\r]/u.test(text)) return refused('The query has control characters.');
  const tree = parser.parse(text);
  const selectors: Selector[] = [];
  const problems: string[] = [];
  const subqueries: number[] = [];
  tree.iterate({
    enter(node) {
      const part = text.slice(node.from, node.to);
      if (node.type.isError) problems.push(`It is no PromQL at character ${node.from + 1}: ${near(text, node.from)}`);
      switch (node.name) {
        case 'LineComment':
          problems.push('Leave the comment out.');
          return;
        case 'At':
          problems.push(
            'Leave @ out: it leaves the window of the incident. Use offset to compare with an earlier time.',
          );
          return;
        case 'Info':
          problems.push(
            'Leave info() out: it reads further metrics by itself. Join the metric with on (…) group_left.',
          );
          return;
        case 'DurationExpr':
        case 'OffsetDurationExpr': {
          const seconds = secondsIn(part.trim());
          if (seconds === undefined)
            problems.push(`Write ${part.trim().slice(0, 40)} as one plain positive duration, such as 5m.`);
          else if (seconds > maxRangeSeconds) problems.push(`${part.trim().slice(0, 40)} is too long; 8d is allowed.`);
          return;
        }
        case 'SubqueryExpr': {
          if (subqueries.some((end) => node.from < end)) problems.push('A subquery within a subquery costs too much.');
          subqueries.push(node.to);
          const [, range = '', step = ''] = /\[([^\]:]*):([^\]]*)\]\s*$/.exec(part) ?? [];
          const seconds = secondsIn(step.trim() === '' ? '60s' : step.trim()) ?? 0;
          if (seconds < minSubqueryStep || (secondsIn(range.trim()) ?? 0) / seconds > maxSubqueryPoints)
            problems.push(`A subquery may have ${maxSubqueryPoints} points, at least ${minSubqueryStep} s apart.`);
          return;
        }
        case 'VectorSelector': {
          const selector = selectorOf(text, node.node);
          if (typeof selector === 'string') problems.push(selector);
          else selectors.push(selector);
          return;
        }
      }
    },
  });
  const [problem] = problems;
  if (problem !== undefined) return refused(problem);
  if (selectors.length === 0) return refused('The query reads no metric.');
  if (selectors.length > maxSelectors)
    return refused(`The query reads ${selectors.length} metrics; ${maxSelectors} are allowed.`);
  return { kind: 'parsed', text, selectors };
}

const near = (text: string, at: number): string => `…${text.slice(Math.max(0, at - 20), at + 20)}…`;

type Node = ReturnType<ReturnType<typeof parser.parse>['resolve']>;

function selectorOf(text: string, node: Node): Selector | string {
  const identifier = node.getChild('Identifier');
  const braces = node.getChild('LabelMatchers');
  const matchers = (
    braces === null ? [] : ['UnquotedLabelMatcher', 'QuotedLabelMatcher'].flatMap((name) => braces.getChildren(name))
  ).map((matcher) => {
    const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((name) => matcher.getChild(name));
    const quotedName = matcher.getChild('QuotedLabelName');
    const read = (part: Node | null | undefined): string => (part ? text.slice(part.from, part.to) : '');
    return {
      label: quotedName === null ? read(label) : (literalOf(read(quotedName)) ?? ''),
      operator: read(operator),
      value: literalOf(read(value)),
    };
  });
  const quotedMetric = braces?.getChild('QuotedLabelName');
  const byLabel = matchers.filter(({ label }) => label === '__name__');
  const names = [
    ...(identifier === null ? [] : [text.slice(identifier.from, identifier.to)]),
    ...(quotedMetric ? [literalOf(text.slice(quotedMetric.from, quotedMetric.to))] : []),
    ...byLabel.map(({ operator, value }) => (operator === '=' ? value : undefined)),
  ];
  const [metric] = names;
  if (names.length !== 1 || metric === undefined || metric === '')
    return 'Each selector names one metric: http_requests_total{…}, not a pattern of names.';
  if (matchers.some(({ label }) => label === '')) return 'Write the names of labels without escapes.';
  const base = { metric, from: node.from, to: node.to, matchers };
  if (braces === null) return { ...base, at: node.to, braces: true, comma: false };
  const inside = text.slice(braces.from + 1, braces.to - 1).trim();
  return { ...base, at: braces.to - 1, braces: false, comma: inside !== '' && !inside.endsWith(',') };
}

export interface ServerPlace {
  readonly clusterLabel: string;
  readonly clusters: readonly string[];
  /** The labels of each metric. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
}

export type Confined =
  | {
      readonly kind: 'confined';
      readonly promql: string;
      /** Each selector as it is sent. */
      readonly selectors: readonly string[];
    }
  | { readonly kind: 'refused'; readonly why: string };

/** Adds the matchers of the scope to every selector. */
export function confine(
  { text, selectors }: Extract<Parsed, { kind: 'parsed' }>,
  scope: Scope,
  server: ServerPlace,
): Confined {
  const added: { readonly selector: Selector; readonly matchers: readonly string[] }[] = [];
  for (const selector of selectors) {
    const matchers = matchersFor(selector, scope, server);
    if (typeof matchers === 'string') return refused(matchers);
    added.push({ selector, matchers });
  }
  const insertion = ({ braces, comma }: Selector, matchers: readonly string[]): string => {
    const list = matchers.join(',');
    return list === '' ? '' : braces ? `{${list}}` : `${comma ? ',' : ''}${list}`;
  };
  const within = (from: number, to: number): string => {
    let result = '';
    let at = from;
    for (const { selector, matchers } of added.filter((one) => one.selector.from >= from && one.selector.to <= to)) {
      result += text.slice(at, selector.at) + insertion(selector, matchers);
      at = selector.at;
    }
    return result + text.slice(at, to);
  };
  return {
    kind: 'confined',
    promql: within(0, text.length),
    selectors: selectors.map(({ from, to }) => within(from, to)),
  };
}

/** The matchers to add; a sentence if the selector asks for another place. */
function matchersFor(selector: Selector, scope: Scope, server: ServerPlace): readonly string[] | string {
  if (scope.reach === 'everywhere') return [];
  const equals = selector.matchers.filter(({ operator, value }) => operator === '=' && value !== undefined);
  const neighbour = equals.find(
    ({ label, value = '' }) => nameLabels.includes(label) && scope.neighbours.includes(value),
  );
  if (neighbour !== undefined) return [];
  if (scope.reach === 'neighbours')
    return `This server is asked about ${formatList(scope.neighbours, 5)} only: select one, as ${selector.metric}{service=${quoted(scope.neighbours[0] ?? '')}}.`;
  const { cluster } = amongClusters(scope, server.clusters);
  const has = server.labels.get(selector.metric) ?? [];
  const label = placeLabels.find((one) => has.includes(one));
  for (const { label: name, value = '' } of equals) {
    const isPlace = placeLabels.includes(name) || name === server.clusterLabel;
    const at = name === server.clusterLabel ? { cluster: value } : { cluster, namespace: value };
    if (isPlace && value !== '' && !isWithin({ ...scope, cluster }, at))
      return `${name}=${quoted(value)} is outside of this incident, which is about ${placeWords(scope)}. Of other places it may read only the services next to it${scope.neighbours.length === 0 ? '' : `: ${formatList(scope.neighbours, 5)}`}.`;
  }
  const { namespace } = scope;
  return [
    ...(cluster === undefined || !isUsable(cluster) ? [] : [among(server.clusterLabel, [cluster], true)]),
    ...(scope.reach === 'cluster' || namespace === undefined || !isUsable(namespace) || label === undefined
      ? []
      : // Where the scraped place is another label than the series' own place, a series without the latter is of the exporter.
        [among(label, [namespace, ...platform], !label.startsWith('exported_'))]),
  ];
}

const placeWords = ({ cluster, namespace }: Scope): string =>
  [namespace && `namespace ${namespace}`, cluster && `cluster ${cluster}`].filter(Boolean).join(' of ') ||
  'its own place';
