// An hour after a decision: what did people do, did it help, and would Watchkeeper's action have been the same? Compares each case once, from the
// change sources, the cluster and the page's own course. A case whose action Watchkeeper carried out needs no comparison.
import { WatchkeeperError } from '../errors.ts';
import type { Comparison, Fix, LevelCase } from '../model/levels.ts';
import type { Scope } from '../model/scope.ts';
import type { Change, KubernetesObject } from '../model/telemetry.ts';
import type { TimelineEntry } from '../model/timeline.ts';
import type { Ports } from '../ports/index.ts';
import { fixText } from '../record/describe.ts';
import { record } from '../record/timeline.ts';
import { actionNamed } from '../remediation/actions/index.ts';
import { addToCase } from '../remediation/levels/cases.ts';
import { noService } from '../remediation/levels/earned.ts';
import { formatList } from '../wording.ts';
import { recognizeFixes } from './recognize-fixes.ts';

type ComparePorts = Pick<Ports, 'levels' | 'incidents' | 'clock' | 'telemetry'>;

const atOnce = 10;
const dayMs = 86_400_000;
/** After so long without an answer of a source, the comparison is made without it. */
const patienceMs = 3_600_000;

/** Compares the cases that are due. Gives the number of cases compared, and of those that wait for a source. */
export async function compareWithPeople(ports: ComparePorts): Promise<{ compared: number; waiting: number }> {
  const now = ports.clock.now();
  const came = { compared: 0, waiting: 0 };
  for (const due of await ports.levels.due(now, atOnce)) {
    const one = await ports.levels.case(due.incidentId, due.action);
    const done = one === undefined || (await compare(one, now, ports));
    if (done) await ports.levels.settle(due);
    came[done ? 'compared' : 'waiting'] += 1;
  }
  return came;
}

/** False if a source did not answer and may answer later. */
async function compare(one: LevelCase, now: Date, ports: ComparePorts): Promise<boolean> {
  if (one.comparison !== undefined || one.result !== undefined) return true;
  const timeline = await ports.incidents.timeline(one.incidentId);
  const seen = await aftermath(one, ports);
  const isLate = now.getTime() > Date.parse(one.compareAt) + patienceMs;
  if (seen.missing.length > 0 && !isLate) return false;
  const fixes = recognizeFixes({
    target: one.target,
    ...(one.row.service === noService ? {} : { service: one.row.service }),
    changeId: one.changeId,
    ...seen,
    since: new Date(one.at),
    until: new Date(one.compareAt),
  }).slice(0, 5);
  const comparison = comparisonOf(one, {
    fixes,
    resolved: resolvedWithin(one, timeline),
    missing: seen.missing,
    at: now,
  });
  const kept = await addToCase(one.incidentId, one.row.action, { comparison }, ports);
  if (kept?.comparison === undefined) return true;
  const { id, target, title } = { id: one.row.action, target: placed(one), title: one.title };
  await record(
    one.incidentId,
    { type: 'PeopleCompared', action: { id, target, title, blastRadius: '' }, comparison: kept.comparison },
    { step: 'Compare', key: id },
    ports,
  );
  await keepFix(one, kept.comparison, ports);
  return true;
}

const placed = ({ target }: LevelCase) => ({
  ...target,
  cluster: target.cluster ?? '',
  namespace: target.namespace ?? '',
});

async function keepFix(one: LevelCase, { fixes, resolved }: Comparison, { levels }: ComparePorts): Promise<void> {
  const fix = chosen(one, fixes);
  if (fix === undefined || one.fingerprint === undefined) return;
  await levels.keepFix({ fingerprint: one.fingerprint, incidentId: one.incidentId, fix, helped: resolved });
}

/** The fix that is Watchkeeper's action, else the first one. */
const chosen = ({ row }: LevelCase, fixes: readonly Fix[]): Fix | undefined =>
  fixes.find(({ action }) => action === row.action) ?? fixes[0];

async function aftermath(
  { incidentId, at, compareAt, target, row }: LevelCase,
  { telemetry }: ComparePorts,
): Promise<{ changes: readonly Change[]; objects: readonly KubernetesObject[]; missing: readonly string[] }> {
  const scope: Scope = {
    incidentId,
    environment: row.environment,
    ...(target.cluster === undefined ? {} : { cluster: target.cluster }),
    ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
    ...(row.service === noService || row.service.includes('+') ? {} : { service: row.service }),
    neighbours: [],
    reach: 'cluster',
    window: { start: new Date(Date.parse(at) - dayMs).toISOString(), end: compareAt },
  };
  const [changes, kubernetes] = await Promise.all([
    asked(() => telemetry.changes.observe(scope, {})),
    asked(() => telemetry.kubernetes.observe(scope, {})),
  ]);
  const snapshots = 'data' in kubernetes ? kubernetes.data : [];
  return {
    changes: 'data' in changes ? changes.data : [],
    objects: snapshots.filter(({ cluster }) => cluster === target.cluster).flatMap(({ items }) => items),
    missing: [changes, kubernetes].flatMap((one) => ('why' in one ? [one.why] : [])),
  };
}

type Observation<T> =
  | { readonly kind: 'data'; readonly data: T }
  | { readonly kind: 'gap'; readonly gap: { readonly source: string; readonly reason: string } };

/** A source that is not configured will never answer; its gap counts all the same, because it could hide a fix. */
async function asked<T>(ask: () => Promise<Observation<T>>): Promise<{ readonly data: T } | { readonly why: string }> {
  try {
    const answer = await ask();
    return answer.kind === 'data' ? { data: answer.data } : { why: `${answer.gap.source}: ${answer.gap.reason}` };
  } catch (error) {
    if (error instanceof WatchkeeperError) return { why: error.message };
    throw error;
  }
}

const resolvedWithin = ({ at, compareAt }: LevelCase, timeline: readonly TimelineEntry[]): boolean =>
  timeline.some(
    ({ event }) =>
      event.type === 'PageChanged' &&
      event.status === 'resolved' &&
      Date.parse(event.at) >= Date.parse(at) &&
      Date.parse(event.at) <= Date.parse(compareAt),
  );

function comparisonOf(
  one: LevelCase,
  {
    fixes,
    resolved,
    missing,
    at,
  }: {
    readonly fixes: readonly Fix[];
    readonly resolved: boolean;
    readonly missing: readonly string[];
    readonly at: Date;
  },
): Comparison {
  const isSame = fixes.some(({ action }) => action === one.row.action);
  const people = isSame ? 'same' : fixes.length > 0 ? 'other' : missing.length > 0 ? 'not-known' : 'none-seen';
  const page = resolved ? 'The page was resolved within the hour.' : 'The page was not resolved within the hour.';
  const unread = missing.length === 0 ? '' : ` Not read: ${formatList(missing)}.`;
  const mine = actionNamed(one.row.action) === undefined ? one.row.action : one.title;
  const text = `${didText(people, fixes, mine)} ${page}${unread}`;
  return { people, fixes: [...fixes], resolved, at: at.toISOString(), text: text.slice(0, 800) };
}

function didText(people: Comparison['people'], fixes: readonly Fix[], mine: string): string {
  const done = formatList(fixes.map(fixText));
  switch (people) {
    case 'same':
      return `People did what I would have done (${mine}): ${done}.`;
    case 'other':
      return `People did something else than I would have done (${mine}): ${done}.`;
    case 'none-seen':
      return `No change was seen that people made within the hour, so it is not known whether my action would have helped (${mine}).`;
    case 'not-known':
      return `It is not known what people did within the hour, nor whether my action would have helped (${mine}).`;
  }
}
