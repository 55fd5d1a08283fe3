// Makes the diagnosis from supported findings and the call graph. Pure: the same findings give the same diagnosis.

import { type CauseCode, causes, isChange } from '../causes/causes.ts';
import { fingerprintOfHypothesis } from '../fingerprint/fingerprint.ts';
import { combinedIdentity } from '../fingerprint/identity.ts';
import type { Diagnosis, Hypothesis } from '../model/diagnosis.ts';
import type { EntityRef } from '../model/entity.ts';
import { factOrigin, type ServiceFact } from '../model/fact.ts';
import type { Context, Incident } from '../model/incident.ts';
import type { Evidence, Finding, Report, Usage } from '../model/report.ts';
import type { Dependency } from '../model/telemetry.ts';
import { cacheUse } from '../reasoning/usage.ts';
import type { CallGraph } from '../topology/call-graph.ts';
import { impliedCalls } from '../topology/implied.ts';
import { withOddAddresses } from './addresses.ts';
import { type Answer, answerOf } from './answers.ts';
import { withIdleAutoscalers } from './autoscalers.ts';
import { withBlockedCalls } from './blocked-calls.ts';
import { brokenSubjectsOf } from './broken-now.ts';
import { earnedConfidence } from './calibration.ts';
import { graphOf, observedGraph } from './calls.ts';
import { type Candidate, candidatesOf, earliest } from './candidates.ts';
import { chainOf } from './chain.ts';
import { withColdCaches } from './cold-caches.ts';
import { databasesOf, withDatabases } from './databases.ts';
import { withKnownDependencies } from './dependency.ts';
import { withClusterDns } from './names.ts';
import { relationsOf, type Surroundings } from './neighbourhood.ts';
import { outsideHosts } from './outside.ts';
import { withSharedPeers } from './peers.ts';
import { withPlacedChanges } from './placed-changes.ts';
import { type Ranked, rank, symptomsOf } from './rank.ts';
import { withMeshRefusals } from './refused-by-mesh.ts';
import { withRetries } from './retries.ts';
import { withMissingRights } from './rights.ts';
import type { ScoringContext } from './scene.ts';
import { withStoppedConsumers } from './stopped-consumers.ts';
import { bestRef, type Subjects, subjectsAmong } from './subjects.ts';
import { type Support, supportOf } from './support.ts';
import type { Supported } from './supported.ts';
import { withJoinedUpdates } from './updates.ts';
import { callsOfVendors, vendorsOf, withVendors } from './vendors.ts';
import { withWayOut } from './way-out.ts';
import { isFailedRun, summaryOf, textOf, unknownText } from './words.ts';

export interface DiagnosisInput {
  readonly incident: Pick<Incident, 'id' | 'title'> & Partial<Pick<Incident, 'trigger'>>;
  readonly context: Context;
  /** All reports, in order of arrival. */
  readonly reports: readonly Report[];
  readonly supported: Supported;
  readonly dependencies: readonly Dependency[];
}

export interface Diagnosed {
  readonly diagnosis: Diagnosis;
  readonly ranked: readonly Ranked[];
  readonly scene: ScoringContext;
  /** The evidence behind the best of the ranked; undefined if there is none. */
  readonly support: Support | undefined;
}

/** Below this confidence, the first hypothesis is only a lead, and the diagnosis says that the cause is unknown. */
const enoughToAnswer = 0.3;
const maxHypotheses = 5;
/** Competing hypotheses below this confidence are left out. */
const leastConfidence = 0.01;

export function diagnose(given: DiagnosisInput): Diagnosed {
  const { incident, context, reports, supported } = given;
  const scene = sceneOf(given);
  const ranked = rank(scene).filter(({ confidence }, place) => place === 0 || confidence >= leastConfidence);
  const withoutFacts = scene.taught ? rank(withoutTaughtCalls(scene)) : undefined;
  const best = ranked[0];
  const support = best && supportOf(best, scene);
  const share = shareStated(best, scene);
  const shareWithoutFacts = shareStated(withoutFacts?.[0], withoutTaughtCalls(scene));
  const hypotheses = ranked.slice(0, maxHypotheses).map((one, place) => ({
    ...hypothesisOf(one, place, ranked, scene),
    confidence: one.confidence * share,
    ...(withoutFacts && { seenConfidence: confidenceOf(one, withoutFacts) * shareWithoutFacts }),
  }));
  const gaps = [...supported.gaps, ...reports.flatMap((report) => report.gaps)].slice(0, 30);
  const base = {
    gaps,
    droppedClaims: supported.dropped,
    model: 'none',
    participants: [],
    usage: totalOf(reports),
    specialists: [...new Set(reports.map(({ specialist }) => specialist))],
  };
  const first = hypotheses[0];
  if (!best || !first || best.ruledOut !== undefined || confidenceIn(best.candidate.subject, ranked) < enoughToAnswer) {
    const answer = answerOf(incident, context, scene.findings, reports);
    const unknown = unknownHypothesis(scene, context, first, answer);
    const all = [...(unknown ? [unknown] : []), ...hypotheses].slice(0, maxHypotheses);
    const diagnosis: Diagnosis = {
      ...base,
      text: answer?.text ?? unknownText(incident, context, { lead: first, symptoms: unexplained(scene) }, gaps),
      hypotheses: all.map((hypothesis, index) => ({ ...hypothesis, rank: index + 1 })),
      symptoms: sentencesOf(scene.findings.filter(({ role }) => role === 'symptom')),
      blastRadius: [],
    };
    return { diagnosis, ranked, scene, support };
  }
  const symptoms = symptomsOf(best, scene);
  const root = best.candidate.service;
  const spell = spellingIn(scene.findings, best.candidate.entity, scene.subjects);
  const blastRadius = servicesOf(symptoms, scene.subjects)
    .filter((service) => service !== root)
    .map(spell);
  const firstService = root ?? firstOf(symptoms, scene.subjects);
  const firstFailing = firstService && spell(firstService);
  const strongest = best.candidate.findings.toSorted((a, b) => b.confidence - a.confidence)[0];
  const change = scene.findings.find(({ changeId, role }) => role === 'change' && changeId === first.changeId);
  const overBy = overTrouble(best.candidate, scene);
  const cited = overBy === undefined ? first : citing(first, overBy);
  const diagnosis: Diagnosis = {
    ...base,
    text: textOf(incident, cited, blastRadius, {
      strongest,
      change: first.changeId === undefined ? undefined : change,
      log: logOf(best.candidate, strongest, scene),
      overBy,
    }),
    hypotheses: [
      { ...cited, chain: chainOf(best, { title: incident.title, scene, symptoms, change, overBy, strongest, spell }) },
      ...hypotheses.slice(1),
    ],
    symptoms: sentencesOf(symptoms),
    ...(firstFailing && { firstFailing }),
    blastRadius: blastRadius.slice(0, 50),
    ...affectedBy(best.candidate.entity, reports),
  };
  return { diagnosis, ranked, scene, support };
}

/** The hypothesis with the finding's evidence, second, so that it is among the pieces that people are shown. */
function citing(hypothesis: Hypothesis, { evidenceIds: also }: Finding): Hypothesis {
  const [first, ...rest] = hypothesis.evidenceIds;
  return { ...hypothesis, evidenceIds: [...new Set([...(first ? [first] : []), ...also, ...rest])].slice(0, 12) };
}

/**
 * The trouble, over by now, of a service that the log of a failed run names as the one that it called. Undefined if the run has another reason of its
 * own, or nothing of that service is known.
 */
function overTrouble({ cause, subject }: Candidate, { findings, subjects }: ScoringContext): Finding | undefined {
  if (!isFailedRun(cause)) return undefined;
  const called = findings
    .filter(({ specialist, entity }) => specialist === 'logs' && subjects.keyOf(entity) === subject)
    .flatMap(({ dependency }) => (dependency === undefined ? [] : [subjects.keyOf(dependency)]));
  return findings.find(
    ({ endedAt, entity, specialist }) =>
      specialist === 'metrics' && endedAt !== undefined && called.includes(subjects.keyOf(entity)),
  );
}

/**
 * The finding in the log that says why a run failed, a program crashed or memory ran out, where the first finding only says that it did.
 */
function logOf(
  { cause, subject }: Candidate,
  strongest: Finding | undefined,
  { findings, subjects }: ScoringContext,
): Finding | undefined {
  const isMemory = memoryCauses.has(cause);
  if (strongest?.specialist === 'logs' || (causes[cause].depth === 'root' && !isMemory)) return undefined;
  const own = findings.filter(({ specialist, entity }) => specialist === 'logs' && subjects.keyOf(entity) === subject);
  const grows = own.find(({ role, signal }) => isMemory && role === 'context' && signal !== undefined);
  const errors = own.filter(
    ({ role, severity }) => role !== 'context' && (severity === 'critical' || severity === 'major'),
  );
  return (
    grows ??
    errors.toSorted(
      (a, b) => Number(b.cause !== undefined) - Number(a.cause !== undefined) || b.confidence - a.confidence,
    )[0]
  );
}

const memoryCauses: ReadonlySet<CauseCode> = new Set(['oom-killed', 'memory-leak', 'heap-exhausted']);

/** What each confidence is multiplied by: what the first loses goes to causes that nobody found, so all shrink alike and their order stays. */
const shareStated = (first: Ranked | undefined, scene: ScoringContext): number =>
  first
    ? Math.min(
        1,
        Math.min(earnedConfidence(supportOf(first, scene)), guessOf(first), witnessed(first)) / first.confidence,
      )
    : 1;

/** From this confidence, a finding is no guess. */
const noGuess = 0.5;

/** A state that no finding shows as more than a guess is stated with no more than these guesses together (noisy-or). */
function guessOf({ candidate: { cause, findings } }: Ranked): number {
  if (isChange(cause) || findings.some(({ confidence }) => confidence >= noGuess)) return 1;
  const bySpecialist = Map.groupBy(findings, ({ specialist }) => specialist).values();
  return 1 - [...bySpecialist].reduce((doubt, own) => doubt * (1 - Math.max(...own.map((one) => one.confidence))), 1);
}

/** What one observation alone can make of a cause, unless it is the platform's own word. */
const ofOnePiece = 0.89;
/** From this confidence, a finding of a platform states the cause in the platform's own words. */
const ownWord = 0.8;
const platforms: ReadonlySet<string> = new Set(['kubernetes', 'aws', 'executions', 'cdn']);

/** 90 % and more take the platform's own word, or two sources that independently show trouble at the entity or a change of it. */
function witnessed({ candidate: { findings, symptoms }, changeId, explains }: Ranked): number {
  const isStated = findings.some(
    ({ specialist, role, confidence }) => role === 'cause' && confidence >= ownWord && platforms.has(specialist),
  );
  const sources = new Set(
    [...findings, ...symptoms, ...explains.flatMap((one) => one.findings)].map(({ specialist }) => specialist),
  );
  return isStated || sources.size > 1 || changeId !== undefined ? 1 : ofOnePiece;
}

/** Workloads with pods on the node, if the cause is a node and a report lists them. */
function affectedBy({ kind, name, cluster }: EntityRef, reports: readonly Report[]): Pick<Diagnosis, 'affected'> {
  const placements = reports.flatMap(({ topology }) => topology?.onNodes ?? []);
  const there = placements.filter(
    ({ node }) => node.name === name && (cluster === undefined || node.cluster === cluster),
  );
  return kind !== 'Node' || there.length === 0 ? {} : { affected: there.map(({ workload }) => workload).slice(0, 100) };
}

function nodesOf(reports: readonly Report[], subjects: Subjects): ScoringContext['nodesOf'] {
  const placements = reports.flatMap(({ topology }) => topology?.placements ?? []);
  const bySubject = Map.groupBy(placements, ({ workload }) => subjects.keyOf(workload));
  return (subject) => new Set((bySubject.get(subject) ?? []).map(({ node }) => node.name));
}

function imagesOf(reports: readonly Report[], subjects: Subjects): ScoringContext['imagesOf'] {
  const images = reports.flatMap(({ topology }) => topology?.images ?? []);
  const bySubject = Map.groupBy(images, ({ workload }) => subjects.keyOf(workload));
  return (subject) => new Set((bySubject.get(subject) ?? []).flatMap(({ digests }) => digests));
}

const withoutTaughtCalls = ({ taught: _, ...scene }: ScoringContext): ScoringContext => scene;

const confidenceOf = ({ candidate }: Ranked, ranked: readonly Ranked[]): number =>
  ranked.find((other) => other.candidate === candidate)?.confidence ?? 0;

/**
 * Confidence that this entity is at fault, summed over its causes. Several suspected changes of one service leave doubt about which change, not
 * about the service.
 */
const confidenceIn = (subject: string, ranked: readonly Ranked[]): number =>
  ranked
    .filter(({ candidate, ruledOut }) => candidate.subject === subject && ruledOut === undefined)
    .reduce((sum, { confidence }) => sum + confidence, 0);

/** A separate step, because a model may meanwhile have put another hypothesis first. */
export function withFingerprint(diagnosis: Diagnosis, environment: string | undefined): Diagnosis {
  const first = diagnosis.hypotheses[0];
  const fingerprint = first && first.cause !== 'unknown' ? fingerprintOfHypothesis(first, environment) : undefined;
  return fingerprint === undefined ? diagnosis : { ...diagnosis, fingerprint };
}

function sceneOf({ context, reports, supported, dependencies: traced }: DiagnosisInput): ScoringContext {
  const { evidence } = supported;
  const excerptsOf = (finding: Finding): string =>
    finding.evidenceIds.map((id) => excerptOf(evidence.get(id))).join('\n');
  const databases = databasesOf(reports);
  const named = supported.findings.map(({ entity }) => entity.name);
  const vendors = vendorsOf(reports);
  const dependencies = [...traced, ...databases.calls, ...callsOfVendors(vendors), ...impliedCalls(named, traced)];
  const attributed = withDatabases(
    withClusterDns(
      withBlockedCalls(
        withOddAddresses(
          withIdleAutoscalers(withMissingRights(withMeshRefusals(supported.findings, excerptsOf), reports, excerptsOf)),
          excerptsOf,
        ),
        excerptsOf,
      ),
      reports,
    ),
    { ...databases, calls: dependencies },
    excerptsOf,
  );
  const warm = withColdCaches(attributed, { servers: databases.servers, calls: dependencies });
  const observations = reports.flatMap((report) => report.observations ?? []);
  const repeated = withRetries(warm, { calls: dependencies, observations });
  const pointing = withWayOut(withVendors(repeated, vendors, excerptsOf), vendors, excerptsOf);
  const placed = withPlacedChanges(withStoppedConsumers(pointing), { changes: supported.changes, textOf: excerptsOf });
  const findings = withJoinedUpdates(withSharedPeers(withKnownDependencies(placed, dependencies, context)), context);
  const entities = findings.flatMap(({ entity, dependency }) => (dependency ? [entity, dependency] : [entity]));
  const subjects = subjectsAmong(context.workload ? [...entities, context.workload] : entities, context, vendors);
  const graph = graphOf(findings, dependencies, context, subjects);
  const paged = pagedService(context, subjects);
  const observedCalls = observedGraph(reports, traced, context, subjects);
  const around = (calls: CallGraph) => ({
    graph: calls,
    ...relations({ context, findings, graph: calls, observedCalls, subjects, paged }),
  });
  const node = (name: string): string => subjects.serviceOf({ kind: 'Service', name }) ?? name;
  const taught = context.facts.filter(
    ({ statement }) =>
      statement.kind === 'talks-to' && graph.calleesOf(node(statement.service)).get(node(statement.to)) !== 1,
  );
  const near = around(graph);
  return {
    ...near,
    isInOtherCluster: otherClusters(context, entities),
    nodesOf: nodesOf(reports, subjects),
    imagesOf: imagesOf(reports, subjects),
    brokenSubjects: brokenSubjectsOf({ context, findings, subjects, paged, isElsewhere: near.isElsewhere }),
    ...(taught.length > 0 && {
      taught: {
        ...around(graphOf(findings, [...dependencies, ...callsOf(taught)], context, subjects)),
        origins: [...new Set(taught.map(factOrigin))].slice(0, 3).join(', '),
      },
    }),
    candidates: candidatesOf(findings, subjects),
    since: Date.parse(context.window.incident.start),
    findings,
    observations,
    subjects,
    paged,
    changes: supported.changes,
    outsideHost: outsideHosts(pointing),
    excerptsOf,
  };
}

function relations(
  surroundings: Surroundings,
): Pick<ScoringContext, 'isElsewhere' | 'isLinkUnknown' | 'areCallsKnown'> {
  const { relationTo, areCallsKnown } = relationsOf(surroundings);
  return {
    isElsewhere: (entity) => relationTo(entity) === 'elsewhere',
    isLinkUnknown: (entity) => relationTo(entity) === 'not-known',
    areCallsKnown,
  };
}

/** Sources may spell a cluster otherwise than the page: then no entity is in the page's cluster, and nothing is said. */
function otherClusters(
  { cluster, workload }: Context,
  entities: readonly EntityRef[],
): ScoringContext['isInOtherCluster'] {
  const isKnown = entities.some((entity) => entity.cluster !== undefined && entity.cluster === cluster?.value);
  return (entity) =>
    isKnown &&
    entity.cluster !== undefined &&
    entity.cluster !== cluster?.value &&
    entity.cluster !== workload?.cluster;
}

const callsOf = (facts: readonly ServiceFact[]): Dependency[] =>
  facts.flatMap(({ statement }) =>
    statement.kind === 'talks-to' ? [{ from: statement.service, to: statement.to }] : [],
  );

const excerptOf = (evidence: Evidence | undefined): string => evidence?.excerpt ?? '';

function pagedService(context: Context, subjects: Subjects): string | undefined {
  const entity = context.workload ?? (context.service && { kind: 'Service', name: context.service.value });
  return entity && subjects.serviceOf(entity);
}

function hypothesisOf(one: Ranked, place: number, ranked: readonly Ranked[], scene: ScoringContext): Hypothesis {
  const { candidate, signs, confidence, changeId, ruledOut } = one;
  const helping = changeId === undefined ? [] : scene.findings.filter((finding) => finding.changeId === changeId);
  const behind = [...new Set([...candidate.findings, ...candidate.placed, ...helping, ...candidate.symptoms])];
  const best = candidate.findings.toSorted((a, b) => b.confidence - a.confidence)[0];
  const identifying = identifyingErrors(candidate, behind);
  const errorIdentity = combinedIdentity(identifying.filter(isExact).map((finding) => finding.errorIdentity));
  const onset = isChange(candidate.cause) ? (earliest(candidate.symptoms) ?? candidate.onset) : candidate.onset;
  return {
    rank: place + 1,
    entity: candidate.entity,
    cause: candidate.cause,
    ...(changeId === undefined ? {} : { changeId }),
    confidence,
    summary: summaryOf(candidate.entity, candidate.cause, best),
    why: signs
      .filter(({ weight }) => weight > 0.15)
      .sort((a, b) => b.weight - a.weight)
      .map(({ text }) => text.slice(0, 400))
      .slice(0, 8),
    ...(ruledOut === undefined ? {} : { ruledOut }),
    against: [
      ...(ruledOut === undefined ? [] : [`ruled out: ${ruledOut}`]),
      ...signs.filter(({ weight }) => weight < -0.15).map(({ text }) => text.slice(0, 400)),
      ...(place > 0 && ranked[0]
        ? [`${ranked[0].candidate.entity.name} (${ranked[0].candidate.cause}) explains more`]
        : []),
    ].slice(0, 4),
    evidenceIds: [...new Set(behind.flatMap(({ evidenceIds }) => evidenceIds))].slice(0, 12),
    findingIds: behind.map(({ id }) => id).slice(0, 24),
    ...(onset && { onset }),
    ...(identifying[0]?.errorTemplate && { errorTemplate: identifying[0].errorTemplate }),
    ...(errorIdentity && { errorIdentity }),
  };
}

/**
 * Findings whose error texts identify this error, the most informative first.
 * A root cause is identified by its own error texts. For other causes, such as a failed run, the log says which failure it was.
 */
function identifyingErrors({ cause, findings }: Candidate, behind: readonly Finding[]): readonly Finding[] {
  const own = causes[cause].depth === 'root' ? findings.filter(({ errorTemplate }) => errorTemplate) : [];
  const identifying = own.length > 0 ? own : behind.filter(({ errorTemplate }) => errorTemplate);
  return identifying.toSorted(
    (a, b) =>
      Number(b.specialist === 'logs') - Number(a.specialist === 'logs') ||
      b.confidence - a.confidence ||
      String(a.errorTemplate).localeCompare(String(b.errorTemplate)),
  );
}

/**
 * Metric findings are skipped unless first, because values cross their thresholds one night and not another. The first error counts regardless of
 * its specialist.
 */
const isExact = ({ specialist }: Finding, place: number): boolean => place === 0 || specialist !== 'metrics';

/** States that the cause is unknown; undefined if there is no evidence at all. */
function unknownHypothesis(
  scene: ScoringContext,
  context: Context,
  lead: Hypothesis | undefined,
  answer: Answer | undefined,
): Hypothesis | undefined {
  const effects = scene.findings.filter(({ role }) => role !== 'change');
  const symptoms = effects.filter(({ role }) => role === 'symptom' || role === 'cause');
  const support = answer ? answer.findings : symptoms.length > 0 ? symptoms : scene.findings;
  const evidenceIds = [...new Set(support.flatMap((finding) => finding.evidenceIds))].slice(0, 12);
  const paged = context.workload ?? (context.service && { kind: 'Service', name: context.service.value });
  const entity =
    bestRef(
      [...symptoms.map((finding) => finding.entity)].filter((one) => paged === undefined || one.name === paged.name),
    ) ??
    paged ??
    symptoms[0]?.entity;
  if (!entity || evidenceIds.length === 0) return undefined;
  const onset = earliest(symptoms);
  return {
    rank: 1,
    entity,
    cause: 'unknown',
    confidence: Math.max(0, Math.min(0.2, 0.9 * (lead?.confidence ?? 0.1))),
    summary:
      answer?.text.slice(0, 500) ??
      `Why ${entity.kind} ${entity.name} misbehaves is unknown: no finding explains it well enough.`,
    why: [],
    against: [],
    evidenceIds,
    findingIds: support.map(({ id }) => id).slice(0, 24),
    ...(onset && { onset }),
  };
}

/** The gravest symptoms, for an answer that has no cause. */
const unexplained = ({ findings, isElsewhere }: ScoringContext): readonly Finding[] => {
  const ranks = ['critical', 'major', 'minor', 'info'];
  return findings
    .filter(({ role, entity }) => role === 'symptom' && !isElsewhere(entity))
    .toSorted((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity) || b.confidence - a.confidence)
    .slice(0, 2);
};

const sentencesOf = (findings: readonly Finding[]): string[] =>
  findings
    .toSorted((a, b) => (a.onset ?? '~').localeCompare(b.onset ?? '~'))
    .map(({ claim }) => claim)
    .slice(0, 10);

const servicesOf = (findings: readonly Finding[], subjects: Subjects): string[] => [
  ...new Set(findings.flatMap(({ entity }) => subjects.serviceOf(entity) ?? [])),
];

/** Services have lower-case names in the call graph. People read the name as the findings spell it. */
function spellingIn(findings: readonly Finding[], root: EntityRef, subjects: Subjects): (service: string) => string {
  const spelled = new Map(
    [...findings.map(({ entity }) => entity), root].flatMap((entity) =>
      subjects.serviceOf(entity) === entity.name.toLowerCase()
        ? [[entity.name.toLowerCase(), entity.name] as const]
        : [],
    ),
  );
  return (service) => spelled.get(service) ?? service;
}

const firstOf = (findings: readonly Finding[], subjects: Subjects): string | undefined =>
  servicesOf(
    findings.filter(({ onset }) => onset).toSorted((a, b) => String(a.onset).localeCompare(String(b.onset))),
    subjects,
  )[0];

function totalOf(reports: readonly Report[]): Usage {
  const sum = (key: keyof Usage) => reports.reduce((total, { usage }) => total + (usage[key] ?? 0), 0);
  return {
    // Specialists of one round run in parallel.
    wallMs: Math.max(0, ...reports.map(({ usage }) => usage.wallMs)),
    bytesRead: sum('bytesRead'),
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    ...cacheUse({ cacheReadTokens: sum('cacheReadTokens'), cacheWriteTokens: sum('cacheWriteTokens') }),
    costUsd: sum('costUsd'),
    modelCalls: sum('modelCalls'),
    toolCalls: sum('toolCalls'),
  };
}
