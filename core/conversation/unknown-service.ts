// Decides whether a question without an incident names a service that nobody here knows, and asks back with near names. The catalogue, the kept call
// graph and earlier incidents know services.
import { resolveContext } from '../context/resolve.ts';
import type { Trigger } from '../model/incident.ts';
import { Catalog } from '../ports/catalog.ts';
import type { Ports } from '../ports/index.ts';
import { formatList } from '../wording.ts';
import { nearNames } from './near-names.ts';

type KnownPorts = Pick<Ports, 'catalog' | 'incidents'> & Partial<Pick<Ports, 'callGraph'>>;

export interface Unknown {
  readonly text: string;
  readonly lines: readonly string[];
  readonly choices: readonly { readonly label: string; readonly says: string }[];
}

const noCatalog = Catalog.parse({ environments: {} });
const maxIncidents = 200;

/** Undefined if the question names nothing, or something that is known; then it is investigated. */
export async function unknownService(trigger: Trigger, ports: KnownPorts): Promise<Unknown | undefined> {
  const { title } = trigger;
  const named = namedIn(title);
  if (named === undefined || /\banyway\b/i.test(title)) return undefined;
  const [catalog, calls, incidents] = await Promise.all([
    ports.catalog.load().catch(() => undefined),
    ports.callGraph?.all().catch(() => []) ?? [],
    ports.incidents.list(maxIncidents).catch(() => []),
  ]);
  if (catalog === undefined) return undefined;
  const { service, workload } = resolveContext(trigger, catalog ?? noCatalog, calls);
  if (service !== undefined || workload !== undefined) return undefined;
  const known = [
    ...catalog.services.flatMap(({ name, aliases, workloads }) => [
      name,
      ...aliases,
      ...workloads.flatMap((one) => one.split('/').at(-1) ?? []),
    ]),
    ...catalog.clusters.flatMap(({ name, aliases }) => [name, ...aliases]),
    ...catalog.services.flatMap(({ placements }) => placements.map(({ namespace }) => namespace)),
    ...calls.flatMap(({ from, to }) => [from, to]),
    ...incidents.flatMap(({ place }) => place?.service ?? []),
  ];
  if (known.some((name) => name.toLowerCase() === named.toLowerCase())) return undefined;
  const near = nearNames(named, known);
  return {
    text: `I know no service "${named}".${
      near.length > 0
        ? ` Do you mean ${formatList(
            near.map((one) => `"${one}"`),
            3,
          ).replace(/ and (?="[^"]*"$)/, ' or ')}?`
        : ' What is its name in the catalogue, or in which cluster and namespace does it run?'
    }`,
    lines: [],
    choices: [
      ...near.map((name) => ({ label: name, says: title.replace(named, name) })),
      { label: `Look for ${named} anyway`.slice(0, 75), says: `what is wrong with ${named}, look anyway` },
    ],
  };
}

const thing = "(?:the |our |my )?([a-z0-9][a-z0-9_.-]{1,60})(?:'s)?";
const patterns: readonly RegExp[] = [
  new RegExp(`\\b(?:with|in|at|on|about|of|to) ${thing} (?:service|api|app|application|job|deployment|system)\\b`, 'i'),
  new RegExp(
    `\\b(?:is|are) ${thing} (?:service )?(?:down|broken|slow|failing|ok|okay|up|healthy|unhealthy|stuck|degraded)\\b`,
    'i',
  ),
  new RegExp(`\\b(?:wrong|up|broken|issue|problem|matter|going on|happening) (?:with|in|at|on) ${thing}`, 'i'),
  new RegExp(`^(?:please )?(?:investigate|diagnose|check|look into|look at) ${thing}\\b`, 'i'),
  new RegExp(
    `^${thing} (?:service )?(?:is|seems|looks) (?:\\w+ )?(?:down|broken|slow|failing|stuck|degraded|unhealthy)\\b`,
    'i',
  ),
];
/** Words that name no service. */
const generic: ReadonlySet<string> = new Set(
  'it this that these those the a an everything anything something all any here there production prod staging system service services site website platform cluster namespace node nodes pod pods account region us eu things what which one page alert incident issue problem app api database db network dns cdn latency errors error logs'.split(
    ' ',
  ),
);

export function namedIn(text: string): string | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1]?.replace(/[.,?!]+$/, '');
    if (found !== undefined && !generic.has(found.toLowerCase())) return found;
  }
  return undefined;
}
