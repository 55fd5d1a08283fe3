// Relates an operation on infrastructure or on settings, as its title words it, to the kinds of faults that it can produce. It reads changes without
// a diff: an event of a cloud's audit log, a change of a rule, a permission, a record or a size. Each row is general knowledge.
import type { Change } from '../../model/telemetry.ts';
import { diffOf, type Fault, type Mechanism, mechanismsOf } from './faults.ts';

interface Row {
  /** Read in the title, whose words in camelCase are split. */
  readonly touches: RegExp;
  /** Completes "it …". */
  readonly text: string;
  /** Faults for which the operation is a known way. If `narrowing` is given, only an operation that takes something away is one. */
  readonly produces: readonly Fault[];
  readonly narrowing?: RegExp;
  readonly concerns: readonly Fault[];
}

const takesAway =
  /\b(?:revoke[sd]?|remove[sd]?|delete[sd]?|detach(?:es|ed)?|disassociate[sd]?|replace[sd]?|modif(?:y|ies|ied)|update[sd]?|den(?:y|ies|ied)|clos(?:e|es|ed)|restrict(?:s|ed)?|block(?:s|ed)?|narrow(?:s|ed)?)\b/i;

const rows: readonly Row[] = [
  {
    touches:
      /\bsecurity groups?\b|\bsg-[0-9a-z]+\b|\bnetwork acls?\b|\bnacl\b|\bfirewall|\bnetwork polic(?:y|ies)\b|\broute tables?\b|\b(?:create|delete|replace) routes?\b|\bnat gateway|\bvpc (?:peering|endpoint)|\btransit gateway|\begress\b|\bingress rules?\b/i,
    text: 'changes which network connections are let through',
    produces: ['unreachable-address', 'time-out'],
    narrowing: takesAway,
    concerns: ['unreachable-address', 'time-out', 'pool-exhausted'],
  },
  {
    touches:
      /\b(?:role|user|group|bucket|key|queue|topic|resource|access|trust|iam|function|repository) polic(?:y|ies)\b|\bpermissions?\b|\bassume role polic|\brole\b(?=.*\bpolic)|\biam\b|\bgrants?\b|\baccess entr(?:y|ies)\b|\brole ?bindings?\b/i,
    text: 'changes who may do what',
    produces: ['access-denied'],
    concerns: ['access-denied'],
  },
  {
    touches: /\bresource record sets?\b|\bhosted zone|\bdns records?\b|\broute ?53\b/i,
    text: 'changes where a name leads',
    produces: ['unreachable-address'],
    concerns: ['unreachable-address', 'time-out', 'certificate', 'not-registered'],
  },
  {
    touches: /\bcertificates?\b|\btrust store/i,
    text: 'changes a certificate',
    produces: ['certificate', 'certificate-expired'],
    concerns: ['certificate', 'certificate-expired', 'unreachable-address'],
  },
  {
    touches:
      /\bsecrets?\b|\bsecrets ?manager\b|\bpasswords?\b|\bcredentials?\b|\baccess keys?\b|\brotat(?:e|es|ed|ion)\b|\bmaster user\b/i,
    text: 'changes credentials',
    produces: ['access-denied'],
    concerns: ['access-denied', 'start-failure', 'missing-value'],
  },
  {
    touches:
      /\b(?:provisioned |reserved )?concurrency\b|\bthroughput\b|\bcapacity\b|\binstance (?:class|type)\b|\bscaling polic|\b(?:max|min|desired) (?:size|capacity|count)\b|\bmemory size\b|\bvisibility timeout\b/i,
    text: 'changes how much it can do at once',
    produces: ['load', 'backlog'],
    concerns: ['load', 'backlog', 'growth', 'cpu-starved', 'time-out', 'pool-exhausted'],
  },
  {
    touches:
      /\breboots?\b|\bfail ?over\b|\b(?:stop|terminate|restart|delete|modify)[sd]? (?:db )?(?:instances?|clusters?|cache clusters?|replication groups?)\b|\bengine version\b|\bparameter groups?\b/i,
    text: 'restarts or alters a server',
    produces: ['server-ended'],
    concerns: ['server-ended', 'unreachable-address', 'time-out', 'pool-exhausted', 'lock-waits'],
  },
];

/** Undefined if the change has a diff, or if its title does not say what it touches. */
function mechanismsOfOperation({
  kind,
  title,
  diff,
}: Pick<Change, 'kind' | 'title' | 'diff'>): readonly Mechanism[] | undefined {
  if (diff !== undefined || (kind !== 'infrastructure' && kind !== 'config')) return undefined;
  const words = `${title.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')}\n${title}`;
  const touched = rows.filter(({ touches }) => touches.test(words));
  if (touched.length === 0) return undefined;
  return touched.flatMap(({ text, produces, narrowing, concerns }): Mechanism[] => {
    const certain = narrowing === undefined || narrowing.test(words) ? produces : [];
    return [
      ...certain.map((fault): Mechanism => ({ fault, strength: 'certain', text })),
      ...concerns.map((fault): Mechanism => ({ fault, strength: 'related', text })),
    ];
  });
}

/** How a change can produce faults, by its diff or by the operation that its title names; undefined if it tells neither. */
export const mechanismsOfChange = (
  change: Pick<Change, 'kind' | 'title' | 'diff' | 'files' | 'from' | 'to'>,
): readonly Mechanism[] | undefined => mechanismsOf(diffOf(change), change.files) ?? mechanismsOfOperation(change);
