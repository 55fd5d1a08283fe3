// Decides whether one more round of questions would settle the diagnosis, and what to ask: about an entity that findings point at but nobody
// examined, or about the workload behind a service's name. There is at most one further round.

import { causes, isChange } from '../causes/causes.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Brief, Report } from '../model/report.ts';
import type { Diagnosed } from './diagnose.ts';
import type { Ranked } from './rank.ts';
import { observed, type ScoringContext } from './scene.ts';

export interface Question {
  readonly why: string;
  readonly plan: Brief[];
}

/** Specialists that can look into a service: its cluster, metrics, logs and changes. */
const askable = ['kubernetes', 'metrics', 'logs', 'changes'];
const maxFocus = 3;
/** From this confidence, no second round is needed. */
const sureEnough = 0.8;
/** Below this confidence, the hypothesis is not worth locating. */
const worthPlacing = 0.4;

/** Undefined if no question could change the answer. */
export function anotherRound(
  { ranked, scene }: Pick<Diagnosed, 'ranked' | 'scene'>,
  plan: readonly Brief[],
  reports: readonly Report[],
): Question | undefined {
  const answered = new Set(reports.filter(({ usage }) => usage.bytesRead > 0).map(({ specialist }) => specialist));
  const able = plan.filter(({ specialist }) => askable.includes(specialist) && answered.has(specialist));
  return (
    aboutPointedAt(ranked, scene, able) ??
    aboutLastWords(ranked, scene, able) ??
    aboutOrigin(ranked[0], scene, able) ??
    aboutChanges(ranked[0], scene, able) ??
    aboutPlace(ranked[0], able)
  );
}

/** The first two hypotheses, or others about the first one's entity, point at an entity that no finding is about. */
function aboutPointedAt(
  ranked: readonly Ranked[],
  scene: ScoringContext,
  able: readonly Brief[],
): Question | undefined {
  const [first, second, ...others] = ranked;
  if (!first || isSettled(first)) return undefined;
  const examined = new Set(observed(scene.findings).map(({ entity }) => scene.subjects.keyOf(entity)));
  const same = others.filter(({ candidate }) => candidate.subject === first.candidate.subject);
  const pointedAt = [first, ...(second ? [second] : []), ...same]
    .filter(({ candidate }) => causes[candidate.cause].depth !== 'root' && !isChange(candidate.cause))
    .flatMap(({ candidate }) => candidate.findings.flatMap(({ dependency }) => (dependency ? [dependency] : [])))
    // No specialist can look into a vendor.
    .filter(({ kind }) => kind !== 'Vendor');
  const focus = distinct(pointedAt.filter((entity) => !examined.has(scene.subjects.keyOf(entity)))).slice(0, maxFocus);
  if (focus.length === 0 || able.length === 0) return undefined;
  const names = focus.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  const from = first.candidate.entity.name;
  return {
    why: `${from} points at ${names}, which no specialist has examined yet.`,
    plan: able.map((brief) =>
      hasNoPlace(brief, scene)
        ? again(brief, [first.candidate.entity, ...focus], `What changed at ${from}, and at what it calls: ${names}?`)
        : again(brief, focus, `What is wrong at ${names}, a dependency of ${from}?`),
    ),
  };
}

/**
 * The first hypotheses say that workloads end or do not become ready, and nobody has read their logs: in a large namespace the logs specialist
 * reports the strongest errors only.
 */
function aboutLastWords(
  ranked: readonly Ranked[],
  scene: ScoringContext,
  able: readonly Brief[],
): Question | undefined {
  const brief = able.find(({ specialist }) => specialist === 'logs');
  const [first] = ranked;
  if (!brief || !first || first.confidence >= sureEnough) return undefined;
  const withLogFindings = new Set(
    scene.findings.filter(({ specialist }) => specialist === 'logs').map(({ entity }) => scene.subjects.keyOf(entity)),
  );
  const focus = distinct(
    ranked
      .filter(
        ({ candidate: { cause, findings, subject } }) =>
          causes[cause].depth !== 'root' &&
          !isChange(cause) &&
          !withLogFindings.has(subject) &&
          findings.some(({ specialist, severity }) => specialist === 'kubernetes' && severity === 'critical'),
      )
      .map(({ candidate }) => candidate.entity),
  ).slice(0, maxFocus);
  if (focus.length === 0) return undefined;
  const names = focus.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  return {
    why: `Why ${names} ${focus.length === 1 ? 'is' : 'are'} not available may stand in the logs, which nobody read for that.`,
    plan: [again(brief, focus, `What do the logs of ${names} say before the end?`)],
  };
}

/**
 * Metrics alone place the fault at a service that the page does not name, and say there how it shows but not why. The logs and changes of that
 * service were read as those of one of many neighbours, if at all.
 */
function aboutOrigin(first: Ranked | undefined, scene: ScoringContext, able: readonly Brief[]): Question | undefined {
  if (!first) return undefined;
  const { cause, entity, findings, service, subject } = first.candidate;
  const isOpen = causes[cause].depth !== 'root' && !isChange(cause);
  if (!isOpen || service === undefined || service === scene.paged) return undefined;
  if (!findings.some(({ specialist, severity }) => specialist === 'metrics' && severity === 'critical'))
    return undefined;
  const ofLogs = scene.findings.some(
    (one) => one.specialist === 'logs' && one.role !== 'context' && scene.subjects.keyOf(one.entity) === subject,
  );
  if (ofLogs) return undefined;
  const asked = able.filter(({ specialist }) => specialist !== 'metrics');
  if (!asked.some(({ specialist }) => specialist === 'logs' || specialist === 'changes')) return undefined;
  return {
    why: `Metrics place the fault at ${entity.kind} ${entity.name}; its logs and changes were not looked at for it.`,
    plan: asked.map((brief) =>
      again(brief, [entity], `Why is ${entity.name} in trouble: what do its logs say, and what changed there?`),
    ),
  };
}

/** That something fails, however sure, does not say why. */
const isSettled = ({ candidate, confidence }: Ranked): boolean =>
  confidence >= sureEnough && causes[candidate.cause].depth !== 'effect';

/** A page without a service, or with one that nothing else knows, left the changes specialist without a place to weigh changes by. */
function hasNoPlace({ specialist, context }: Brief, { paged, findings, graph, subjects }: ScoringContext): boolean {
  if (specialist !== 'changes' || context.workload !== undefined) return false;
  if (paged === undefined) return true;
  const isKnown =
    graph.callersOf(paged).size > 0 ||
    graph.calleesOf(paged).size > 0 ||
    observed(findings).some(({ entity }) => subjects.serviceOf(entity) === paged);
  return !isKnown;
}

/** The first hypothesis only says that something fails, and changes were weighed before anyone knew where. */
function aboutChanges(first: Ranked | undefined, scene: ScoringContext, able: readonly Brief[]): Question | undefined {
  const brief = able.find((one) => hasNoPlace(one, scene));
  if (!brief || !first || isSettled(first)) return undefined;
  const { entity, cause } = first.candidate;
  if (causes[cause].depth === 'root' || isChange(cause)) return undefined;
  return {
    why: `The page names no known service, and the trouble is at ${entity.kind} ${entity.name}: its changes count most.`,
    plan: [again(brief, [entity], `Which change explains the trouble of ${entity.name}?`)],
  };
}

/** The first hypothesis knows its entity only by a service's name. */
function aboutPlace(first: Ranked | undefined, able: readonly Brief[]): Question | undefined {
  const brief = able.find(({ specialist }) => specialist === 'kubernetes');
  if (!first || !brief || first.confidence < worthPlacing) return undefined;
  const { entity, cause } = first.candidate;
  if (entity.kind !== 'Service' || !causes[cause].needsWorkload) return undefined;
  const why = `The findings do not name the workload behind Service ${entity.name}.`;
  const focus = [{ kind: entity.kind, name: entity.name }];
  return {
    why,
    plan: [again(brief, focus, `Which workload runs behind Service ${entity.name}, where, and how is it?`)],
  };
}

const again = (brief: Brief, focus: EntityRef[], question: string): Brief => ({
  ...brief,
  round: 2,
  focus,
  question: question.slice(0, 1000),
});

function distinct(entities: readonly EntityRef[]): EntityRef[] {
  const seen = new Set<string>();
  return entities.filter(({ kind, name, cluster }) => {
    const key = `${kind}/${name}/${cluster ?? ''}`;
    return !seen.has(key) && seen.add(key);
  });
}
