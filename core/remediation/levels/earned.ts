// The level that a row has earned: which level applies, who approves a promotion, and what takes a level away. The service catalogue bounds every
// promotion. A change is one conditional write, so that of two callers one decides.

import type { CauseCode } from '../../causes/causes.ts';
import { InvalidInput, Unavailable } from '../../errors.ts';
import type { Action, Level } from '../../model/action.ts';
import { type EarnedLevel, type LevelCase, type LevelRow, rowKey } from '../../model/levels.ts';
import { type Catalog, type CatalogService, idsOf } from '../../ports/catalog.ts';
import type { Ports } from '../../ports/index.ts';
import { recordAudit, watchkeeper } from '../../record/audit/record.ts';
import { approversFor, higher, levelsFor, lower, nextLevel, type TargetPlace } from '../target-place.ts';
import { casesOf, type Figures, figuresOf, whyNotEnough } from './evidence.ts';

/** The name of "no service of the catalogue" in a row. Such a row earns nothing. */
export const noService = '-';

export const rowOf = (
  place: Pick<TargetPlace, 'environment' | 'services'>,
  cause: CauseCode,
  action: Action['id'],
): LevelRow => ({
  environment: place.environment ?? 'unknown',
  service: [...new Set(place.services)].sort().join('+') || noService,
  cause,
  action,
});

/** The level that applies: a promotion counts up to the catalogue's maximum, a demotion whatever the catalogue says. */
export function effectiveLevel(
  { level, ceiling }: Pick<TargetPlace, 'level' | 'ceiling'>,
  earned: Pick<EarnedLevel, 'level' | 'way'> | undefined,
): Level {
  if (earned?.level === undefined) return level;
  return earned.way === 'demoted' ? lower(level, earned.level) : higher(level, lower(earned.level, ceiling));
}

/** The place with the level that its row has earned. Reads nothing if the catalogue has no block `promotion`. */
export async function withEarnedLevel(
  place: TargetPlace,
  cause: CauseCode,
  action: Action['id'],
  catalog: Pick<Catalog, 'promotion'>,
  { levels }: Pick<Ports, 'levels'>,
): Promise<TargetPlace> {
  if (catalog.promotion === undefined) return place;
  const earned = await levels.earned(rowOf(place, cause, action));
  return { ...place, level: effectiveLevel(place, earned) };
}

/** A row as people see it. */
export interface RowView {
  readonly key: string;
  readonly row: LevelRow;
  readonly level: Level;
  readonly ceiling: Level;
  /** Figures over all cases. */
  readonly figures: Figures;
  /** The figures that count for the next level, if the level changed before. */
  readonly since?: { readonly at: string; readonly figures: Figures } | undefined;
  /** The proposal to go up one level, with the people who approved it. */
  readonly proposal?: Proposal | undefined;
  /** Why no promotion is proposed. */
  readonly why?: string | undefined;
  readonly history: EarnedLevel['history'];
}

export interface Proposal {
  readonly to: Level;
  readonly epoch: number;
  readonly approvedBy: readonly string[];
}

/** An approval of a promotion counts so long; the evidence may be another one later. */
const approvalDays = 7;
/** Clocks of several machines may differ by so much. An approval from further in the future does not count. */
const skewMs = 5 * 60_000;
const needed = 2;
const maxTries = 5;

const liveApprovals = (earned: EarnedLevel | undefined, to: Level, now: Date) =>
  (earned?.approvals ?? []).filter((one) => {
    const age = now.getTime() - Date.parse(one.at);
    return one.to === to && age >= -skewMs && age <= approvalDays * 86_400_000;
  });

function servicesOf({ service }: LevelRow, catalog: Catalog): CatalogService[] | undefined {
  const found = service.split('+').map((name) => catalog.services.find((one) => one.name === name));
  return found.every((one) => one !== undefined) ? found : undefined;
}

const placedLevels = (row: LevelRow, catalog: Catalog) =>
  levelsFor(
    row.action,
    Object.hasOwn(catalog.environments, row.environment) ? row.environment : undefined,
    row.service === noService ? [] : (servicesOf(row, catalog) ?? []),
    catalog,
  );

export function viewOf(
  row: LevelRow,
  cases: readonly LevelCase[],
  earned: EarnedLevel | undefined,
  catalog: Catalog,
  now: Date,
): RowView {
  const own = casesOf(row, cases, undefined);
  const services = row.service === noService ? [] : servicesOf(row, catalog);
  const placed = placedLevels(row, catalog);
  const level = catalog.promotion === undefined ? placed.level : effectiveLevel(placed, earned);
  const counting = figuresOf(casesOf(row, cases, earned));
  const to = nextLevel(level, 1);
  const why = whyNoProposal({ row, services, catalog, level, ceiling: placed.ceiling, figures: counting });
  return {
    key: rowKey(row),
    row,
    level,
    ceiling: placed.ceiling,
    figures: figuresOf(own),
    ...(earned?.since === undefined ? {} : { since: { at: earned.since, figures: counting } }),
    ...(why !== undefined || to === undefined
      ? { why }
      : {
          proposal: {
            to,
            epoch: earned?.epoch ?? 0,
            approvedBy: liveApprovals(earned, to, now).map(({ by }) => by),
          },
        }),
    history: earned?.history ?? [],
  };
}

function whyNoProposal({
  row,
  services,
  catalog,
  level,
  ceiling,
  figures,
}: {
  readonly row: LevelRow;
  readonly services: readonly CatalogService[] | undefined;
  readonly catalog: Catalog;
  readonly level: Level;
  readonly ceiling: Level;
  readonly figures: Figures;
}): string | undefined {
  if (services === undefined) return 'The catalogue no longer has this service.';
  if (!Object.hasOwn(catalog.environments, row.environment)) return 'The catalogue has no such environment.';
  if (services.length === 0) return 'No service of the catalogue owns the target, so it earns no level.';
  if (catalog.promotion === undefined) return 'The catalogue has no block promotion, so no level is earned.';
  if (level === ceiling)
    return level === 'run'
      ? 'It is at the highest level.'
      : `The catalogue allows no more than ${ceiling} here (maxLevel).`;
  return whyNotEnough(figures, catalog.promotion);
}

/** All rows with cases or a changed level, in the order of their names. */
export async function levelReport(ports: Pick<Ports, 'levels' | 'catalog' | 'clock'>): Promise<RowView[]> {
  const [catalog, cases, earned] = await Promise.all([
    ports.catalog.load(),
    ports.levels.cases(),
    ports.levels.allEarned(),
  ]);
  const byKey = new Map(earned.map((one) => [rowKey(one.row), one]));
  const rows = new Map([...cases, ...earned].map(({ row }) => [rowKey(row), row]));
  return [...rows]
    .map(([key, row]) => viewOf(row, cases, byKey.get(key), catalog, ports.clock.now()))
    .sort((a, b) => a.key.localeCompare(b.key));
}

export interface PromotionAnswer {
  readonly kind: 'counted' | 'promoted' | 'refused';
  readonly text: string;
}
type PromotePorts = Pick<Ports, 'levels' | 'catalog' | 'clock' | 'audit'>;

/**
 * Counts one person's approval of a promotion; the second person's changes the level. `epoch` and `to` name the proposal that the person saw: an
 * approval of an earlier one changes nothing.
 */
export async function approvePromotion(
  seen: { readonly key: string; readonly epoch: number; readonly to: Level; readonly by: string },
  ports: PromotePorts,
): Promise<PromotionAnswer> {
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const answer = await tryPromotion(seen, ports);
    if (answer !== undefined) return answer;
  }
  throw new Unavailable('The level of this row is being changed by too many at once.');
}

async function tryPromotion(
  { key, epoch, to, by }: { readonly key: string; readonly epoch: number; readonly to: Level; readonly by: string },
  ports: PromotePorts,
): Promise<PromotionAnswer | undefined> {
  const now = ports.clock.now();
  const at = now.toISOString();
  const [catalog, cases] = await Promise.all([ports.catalog.load(), ports.levels.cases()]);
  const row = cases.find((one) => rowKey(one.row) === key)?.row;
  if (row === undefined) throw new InvalidInput('There is no such row.');
  const earned = await ports.levels.earned(row);
  const view = viewOf(row, cases, earned, catalog, now);
  const refuse = async (text: string): Promise<PromotionAnswer> => {
    await auditOf('promotion-refused', by, `${key}:${epoch}:${to}:${at}`, `${rowText(row)} to ${to}: ${text}`, ports);
    return { kind: 'refused', text };
  };
  const approvers = idsOf(approversFor(row.environment, servicesOf(row, catalog) ?? [], catalog), catalog);
  if (approvers.length > 0 && !approvers.includes(by)) return refuse(`${by} is not among the approvers.`);
  if (view.proposal === undefined) return refuse(`No promotion is proposed. ${view.why ?? ''}`.trim());
  if (view.proposal.epoch !== epoch || view.proposal.to !== to)
    return refuse('This promotion is no longer the one that is proposed. Look at the row again.');
  const approvals = liveApprovals(earned, to, now);
  if (approvals.some((one) => one.by === by))
    return refuse(`${by} has approved it already; somebody else has to approve it, too.`);
  const all = [...approvals, { by, at, to }];
  const before = earned ?? { row, version: 0, epoch: 0, why: '', approvals: [], history: [] };
  const why = evidenceText(view.since?.figures ?? view.figures);
  const next: EarnedLevel =
    all.length < needed
      ? { ...before, version: before.version + 1, approvals: all }
      : changed(before, { at, from: view.level, to, by: all.map((one) => one.by), why }, 'promoted');
  const isLast = all.length >= needed;
  const change = `${rowText(row)}: from ${view.level} to ${to}`;
  await auditOf('promotion-approved', by, `${key}:${next.version}:${by}`, `${change}. ${why}`, ports);
  if (!(await ports.levels.writeEarned(next))) return undefined;
  const people = all.map((one) => one.by).join(' and ');
  if (!isLast) return { kind: 'counted', text: `${change}: ${by} approves it. One more person has to approve it.` };
  const text = `${change}, approved by ${people}. ${why}`;
  await auditOf('promoted', by, `${key}:${next.version}`, text, ports);
  return { kind: 'promoted', text };
}

const changed = (
  before: EarnedLevel,
  entry: EarnedLevel['history'][number],
  way: NonNullable<EarnedLevel['way']>,
): EarnedLevel => ({
  ...before,
  version: before.version + 1,
  epoch: before.epoch + 1,
  level: entry.to,
  way,
  since: entry.at,
  why: entry.why,
  approvals: [],
  history: [...before.history, entry].slice(-20),
});

export const rowText = ({ action, service, environment, cause }: LevelRow): string =>
  `${action} for ${service === noService ? 'workloads without a service' : service} in ${environment}, cause ${cause}`;

export const evidenceText = ({ helped, judged, lower: bound, harmed }: Figures): string =>
  `It helped in ${helped} of ${judged} cases (at least ${bound.toFixed(2)} of them with 95 % confidence), and harmed in ${harmed}.`;

/** So many actions of a row that did not help take its level away. */
const failedToDemote = 2;

export interface Demotion {
  readonly from: Level;
  readonly to: Level;
  readonly why: string;
}

/**
 * Lowers the level of a row by one after harm, or after two actions that did not help since the level last changed. A second call for an incident
 * changes nothing and returns the same. Undefined if the level stays.
 */
export async function demoteAfter(
  one: LevelCase,
  ports: Pick<Ports, 'levels' | 'catalog' | 'clock' | 'audit'>,
): Promise<Demotion | undefined> {
  const catalog = await ports.catalog.load();
  if (catalog.promotion === undefined) return undefined;
  if (one.result !== 'harmed' && one.result !== 'not-helped') return undefined;
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const earned = await ports.levels.earned(one.row);
    const done = earned?.history.find(({ incidentId }) => incidentId === one.incidentId);
    if (done !== undefined) {
      await auditDemotion(one, done, ports);
      return done;
    }
    const from = effectiveLevel(placedLevels(one.row, catalog), earned);
    const to = nextLevel(from, -1);
    const failed = casesOf(one.row, await ports.levels.cases(), earned).filter(({ result }) => result === 'not-helped');
    if (to === undefined || (one.result === 'not-helped' && failed.length < failedToDemote)) return undefined;
    const why =
      one.result === 'harmed'
        ? `It made things worse in ${one.incidentId}.`
        : `It did not help in ${failed.length} incidents: ${failed
            .slice(-3)
            .map(({ incidentId }) => incidentId)
            .join(', ')}.`;
    const at = ports.clock.now().toISOString();
    const before = earned ?? { row: one.row, version: 0, epoch: 0, why: '', approvals: [], history: [] };
    const next = changed(before, { at, from, to, by: [], why, incidentId: one.incidentId }, 'demoted');
    if (!(await ports.levels.writeEarned(next))) continue;
    await auditDemotion(one, { from, to, why }, ports);
    return { from, to, why };
  }
  throw new Unavailable('The level of this row is being changed by too many at once.');
}

const auditDemotion = (
  { incidentId, row }: LevelCase,
  { from, to, why }: Demotion,
  ports: Pick<Ports, 'audit' | 'clock'>,
): Promise<void> =>
  recordAudit(
    {
      incidentId,
      actor: watchkeeper,
      kind: 'control',
      outcome: 'demoted',
      key: 'level',
      text: `${rowText(row)}: from ${from} to ${to}. ${why}`,
    },
    ports,
  );

/** Why "don't ask again" needs more evidence; undefined if it may be taught as far as the evidence goes. */
export async function whyTooLittleEvidence(
  row: LevelRow,
  catalog: Pick<Catalog, 'promotion'>,
  { levels }: Pick<Ports, 'levels'>,
): Promise<string | undefined> {
  const { promotion } = catalog;
  if (promotion === undefined || !promotion.teachingNeedsEvidence) return undefined;
  const earned = await levels.earned(row);
  const since = earned?.way === 'demoted' ? earned : undefined;
  const why = whyNotEnough(figuresOf(casesOf(row, await levels.cases(), since)), promotion);
  return why && `There is too little evidence to do it without asking (${rowText(row)}). ${why}`;
}

const auditOf = (
  outcome: string,
  by: string,
  key: string,
  text: string,
  ports: Pick<Ports, 'audit' | 'clock'>,
): Promise<void> =>
  recordAudit(
    {
      actor: { kind: 'person', id: by },
      kind: 'control',
      outcome,
      key: `level:${key}`.slice(0, 300),
      text: text.slice(0, 2000),
    },
    ports,
  );
