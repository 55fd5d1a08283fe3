// Checks a hypothesis that only a model holds, before anybody reads it. Its entity has to be one that this incident knows, every sentence needs
// evidence of this incident that holds its numbers and names, and the model has to say what it looked for against it.
import { isChange } from '../causes/causes.ts';
import type { Diagnosis, Hypothesis } from '../model/diagnosis.ts';
import { type EntityRef, sameWorkload, type TimeWindow } from '../model/entity.ts';
import type { Brief, Evidence, Finding, Report } from '../model/report.ts';
import type { Ports } from '../ports/index.ts';
import { redact } from '../redaction/redact.ts';
import { mistimed } from './evidence-times.ts';
import { causeNamed, type OwnHypothesis } from './outputs.ts';
import { unsupportedParts } from './supported.ts';
import { type ModelRecord, modelConfidence } from './two-opinions.ts';
import { holdsLink, readsLikeInstructions, tellsConclusion } from './untrusted.ts';

/** The confidence below which the analysis holds a change to be innocent. */
const leastForChange = 0.3;

/** What the hypothesis is checked against. */
export interface Known {
  readonly incidentId: string;
  readonly diagnosis: Diagnosis;
  /** The reports of the investigation and of the follow-up questions. */
  readonly reports: readonly Report[];
  readonly plan: readonly Brief[];
}

export interface CheckedHypothesis {
  readonly hypothesis: Hypothesis;
  /** The evidence against the first hypothesis of the analysis holds. */
  readonly contradicts: boolean;
  /** That evidence belongs to a finding of the analysis that shows the first hypothesis' entity to be well. */
  readonly refutes: boolean;
  /** The analysis found a cause or a symptom at its entity. */
  readonly corroborated: boolean;
}

/** `held`: the analysis has the same hypothesis, so it is no addition. `dropped`: what the check missed. */
export type Check =
  | ({ readonly kind: 'stands' } & CheckedHypothesis)
  | { readonly kind: 'held'; readonly rank: number }
  | { readonly kind: 'dropped'; readonly why: string };

const dropped = (why: string): Check => ({ kind: 'dropped', why });

export async function checkOwnHypothesis(
  own: OwnHypothesis,
  by: { readonly byline: string; readonly record: ModelRecord | undefined },
  known: Known,
  ports: Pick<Ports, 'evidence'>,
): Promise<Check> {
  const { cause, causeName } = causeNamed(own.cause);
  if (cause === 'unknown') return dropped('it names no cause');
  const questions = [...own.lookedFor.map(({ question }) => question), own.decidedBy?.question ?? '', own.cause];
  if (questions.some((text) => holdsLink(text) || readsLikeInstructions(text)))
    return dropped('its questions hold a link or instructions');
  const cited = await readCited(own, known.incidentId, ports);
  if (cited === undefined) return dropped('it cites evidence that this incident does not have');
  if ([...cited.values()].some(({ excerpt }) => readsLikeInstructions(excerpt) || tellsConclusion(excerpt)))
    return dropped('its evidence tells what to do or what to conclude, and is no observation');
  const entity = resolveEntity(own.entity, known);
  if (entity === undefined) return dropped('nothing in this incident has the name of its entity');
  const summary = excerptsOf(own.summary.evidenceIds, cited);
  const unsupported = unsupportedParts(own.summary.claim, [...summary, entity.name]);
  if (unsupported.length > 0) return dropped(`no evidence holds ${unsupported.slice(0, 3).join(', ')}`);
  const window = known.plan[0]?.context.window.incident;
  const wrongTime = window && mistimed(own.summary.claim, citedBy(own.summary.evidenceIds, cited), window);
  if (wrongTime !== undefined && !isChange(cause)) return dropped(wrongTime);
  if (!holdsName(summary, entity.name)) return dropped('its evidence does not name its entity');
  if (isChange(cause) && !isWeighed(entity, known.reports))
    return dropped('no change of its entity is known that the analysis holds possible');
  const held = known.diagnosis.hypotheses.find((one) => one.cause === cause && sameWorkload(one.entity, entity));
  if (held?.ruledOut !== undefined) return dropped('the findings refute it');
  if (held !== undefined) return { kind: 'held', rank: held.rank };
  const found = own.lookedFor.find(({ result }) => result === 'contradicts');
  const first = known.diagnosis.hypotheses.find(({ cause }) => cause !== 'unknown');
  const ofAnalysis = analysed(known.reports).filter((finding) => sameWorkload(finding.entity, entity));
  const { confidence, calibration } = modelConfidence(by.record);
  const evidenceIds = [...new Set(own.summary.evidenceIds)];
  return {
    kind: 'stands',
    contradicts: found === undefined && first !== undefined && contradicts(own, first, cited, window),
    refutes: first !== undefined && refutes(own, first, known.reports),
    corroborated: ofAnalysis.some(({ role }) => role === 'cause' || role === 'symptom'),
    hypothesis: {
      rank: 1,
      entity,
      cause,
      confidence,
      summary: redact(own.summary.claim),
      why: [`${by.byline} names it; the analysis does not.`.slice(0, 400)],
      against: found === undefined ? [] : [redact(found.question).slice(0, 400)],
      evidenceIds,
      findingIds: ofAnalysis
        .filter((finding) => finding.evidenceIds.some((id) => evidenceIds.includes(id)))
        .map(({ id }) => id)
        .slice(0, 24),
      proposal: {
        by: by.byline.slice(0, 200),
        ...(causeName === undefined ? {} : { causeName: redact(causeName) }),
        lookedFor: own.lookedFor.map((one) => ({ ...one, question: redact(one.question) })),
        calibration,
      },
    },
  };
}

/** All evidence that the hypothesis cites, by id; undefined if a piece is not this incident's. */
async function readCited(
  { summary, lookedFor, against }: OwnHypothesis,
  incidentId: string,
  { evidence }: Pick<Ports, 'evidence'>,
): Promise<ReadonlyMap<string, Evidence> | undefined> {
  const ids = new Set(
    [summary, ...lookedFor, ...(against === undefined ? [] : [against])].flatMap(({ evidenceIds }) => evidenceIds),
  );
  const found = await Promise.all([...ids].map((id) => evidence.get(incidentId, id)));
  const cited = found.filter((one) => one !== undefined);
  return cited.length === ids.size ? new Map(cited.map((one) => [one.id, one])) : undefined;
}

const citedBy = (ids: readonly string[], cited: ReadonlyMap<string, Evidence>): Evidence[] =>
  ids.flatMap((id) => cited.get(id) ?? []);
const excerptsOf = (ids: readonly string[], cited: ReadonlyMap<string, Evidence>): string[] =>
  citedBy(ids, cited).map(({ query, excerpt }) => `${query}\n${excerpt}`);

/** Words with the inner marks that names have. */
const words = /[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?/g;

/** The name itself, its pod (`NAME-7d4b9c-x2x9k`, `NAME-0`) or its address (`NAME.shop.svc`). `cart` is not `cart-db`. */
function isNameOf(word: string, name: string): boolean {
  if (word === name) return true;
  if (!word.startsWith(name)) return false;
  return /^(?:\..+|-\d+|(?:-[a-z0-9]{5,10})?-[a-z0-9]{5})$/.test(word.slice(name.length));
}

/** Whether a text names the entity. */
function holdsName(texts: readonly string[], name: string): boolean {
  const wanted = name.toLowerCase();
  return texts.some((text) => (text.toLowerCase().match(words) ?? []).some((word) => isNameOf(word, wanted)));
}

/** The analysis found a change of the entity and did not weigh it out. */
const isWeighed = (entity: EntityRef, reports: readonly Report[]): boolean =>
  analysed(reports).some(
    ({ role, confidence, changeId, entity: changed }) =>
      (role === 'change' || changeId !== undefined) && confidence >= leastForChange && sameWorkload(changed, entity),
  );

/** The contradicting sentence is supported, is about the first hypothesis' entity, and rests on other evidence than that hypothesis. */
function contradicts(
  { against }: OwnHypothesis,
  first: Hypothesis,
  cited: ReadonlyMap<string, Evidence>,
  window: TimeWindow | undefined,
): boolean {
  if (against === undefined || against.evidenceIds.some((id) => first.evidenceIds.includes(id))) return false;
  if (window && mistimed(against.claim, citedBy(against.evidenceIds, cited), window) !== undefined) return false;
  const excerpts = excerptsOf(against.evidenceIds, cited);
  return unsupportedParts(against.claim, excerpts).length === 0 && holdsName(excerpts, first.entity.name);
}

/** The contradicting evidence belongs to a finding of the analysis that shows the first hypothesis' entity to be well. */
const refutes = ({ against }: OwnHypothesis, first: Hypothesis, reports: readonly Report[]): boolean =>
  analysed(reports).some(
    ({ well, entity, evidenceIds }) =>
      well === true &&
      sameWorkload(entity, first.entity) &&
      evidenceIds.some((id) => against?.evidenceIds.includes(id)),
  );

/** Findings of the analysis; a model's observations are not among them. */
const analysed = (reports: readonly Report[]): Finding[] =>
  reports.flatMap(({ findings }) => findings).filter(({ byModel }) => byModel === undefined);

/** The entity as the incident knows it, with its place; undefined if nothing known has this name. */
function resolveEntity(claimed: OwnHypothesis['entity'], { diagnosis, reports, plan }: Known): EntityRef | undefined {
  const agrees = (entity: EntityRef): boolean =>
    entity.name.toLowerCase() === claimed.name.toLowerCase() &&
    (claimed.namespace === undefined || entity.namespace === undefined || entity.namespace === claimed.namespace) &&
    (claimed.cluster === undefined || entity.cluster === undefined || entity.cluster === claimed.cluster);
  const matching = knownEntities(diagnosis, reports, plan).filter(agrees);
  const places = (one: EntityRef): number => Number(one.namespace !== undefined) + Number(one.cluster !== undefined);
  const sameKind = matching.filter(({ kind }) => kind.toLowerCase() === claimed.kind.toLowerCase());
  return (sameKind.length > 0 ? sameKind : matching).toSorted((a, b) => places(b) - places(a))[0];
}

/** The names of all entities that the incident knows. */
export const namesKnown = ({ diagnosis, reports, plan }: Known): string[] => [
  ...new Set(knownEntities(diagnosis, reports, plan).map(({ name }) => name)),
];

function knownEntities(diagnosis: Diagnosis, reports: readonly Report[], plan: readonly Brief[]): EntityRef[] {
  const findings = reports.flatMap((report) => report.findings);
  const calls = reports.flatMap(({ topology }) => topology?.calls ?? []);
  const placements = reports.flatMap(({ topology }) => topology?.placements ?? []);
  const contexts = plan.map(({ context }) => context);
  return [
    ...findings.flatMap(({ entity, dependency }) => (dependency === undefined ? [entity] : [entity, dependency])),
    ...diagnosis.hypotheses.map(({ entity }) => entity),
    ...reports.flatMap(({ observations }) => observations ?? []).map(({ entity }) => entity),
    ...placements.flatMap(({ node, workload }) => [node, workload]),
    ...contexts.flatMap(({ workload }) => (workload === undefined ? [] : [workload])),
    ...[...calls.flatMap(({ from, to }) => [from, to]), ...contexts.flatMap(({ service }) => service?.value ?? [])].map(
      (name) => ({ kind: 'Service', name }),
    ),
  ];
}
