// The coordinator: an agent that reads the specialists' reports and the analysis' ranking, may ask specialists follow-up questions, and gives its
// opinion. It may word the diagnosis, promote a hypothesis that is nearly as likely as the first, and add one hypothesis of its own, which
// own-hypothesis.ts checks and two-opinions.ts places. Claims without evidence are dropped.
import { causeTitleOf, type Diagnosis, type Hypothesis, type TwoOpinions } from '../model/diagnosis.ts';
import { sameWorkload } from '../model/entity.ts';
import type { Brief, Gap, Report, Usage } from '../model/report.ts';
import type { ModelUse, Reasoned, ReasonerTool } from '../ports/channels.ts';
import type { Ports } from '../ports/index.ts';
import { redact } from '../redaction/redact.ts';
import { entityText } from '../wording.ts';
import { blamesOther } from './blame.ts';
import { type FollowUps, followUps } from './follow-up.ts';
import { modelRecords } from './model-records.ts';
import { type OwnHypothesis, outputs } from './outputs.ts';
import { type Check, type CheckedHypothesis, checkOwnHypothesis, type Known, namesKnown } from './own-hypothesis.ts';
import { instructionsIn, reportText } from './report-text.ts';
import { unsupportedParts } from './supported.ts';
import { evidenceTool } from './tools/evidence.ts';
import { firstOf, merge, sureAt } from './two-opinions.ts';
import { instructedGap, readsLikeInstructions, tellsConclusion } from './untrusted.ts';
import { byline, cacheUse, usageWith } from './usage.ts';

/** Largest difference in confidence (0 to 1) at which a model may promote a hypothesis over the first. */
const promotableGap = 0.2;
const maxGaps = 30;
/** Time limit in seconds of the stronger model; the step has 60 for both. */
const strongSeconds = 20;
const maxParticipants = 40;

/** What makes a long investigation of the coordinator's reading: another budget, words about each step, and an end from outside. */
export interface LongReading {
  readonly promptId: string;
  readonly seconds: number;
  /** Told of every tool before it runs. */
  readonly onTool: (tool: string, input: unknown) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Seconds that a specialist's agent has for a question of a long investigation; its function has 25. */
const longQuestionSeconds = 20;
/** The first diagnosis asks fewer questions than this. */
const firstLongQuestion = 100;

export async function withModelDiagnosis(
  incidentId: string,
  diagnosis: Diagnosis,
  { reports, plan }: { readonly reports: readonly Report[]; readonly plan: readonly Brief[] },
  ports: Pick<Ports, 'evidence' | 'reasoner' | 'specialistClient' | 'incidents' | 'clock'>,
  long?: LongReading,
): Promise<Diagnosis> {
  const digest = redact([describe(diagnosis), ...instructionsIn(plan), ...reports.map(reportText)].join('\n\n'));
  const questions = followUps(
    plan,
    ports,
    long === undefined ? {} : { after: firstLongQuestion, seconds: longQuestionSeconds },
  );
  const read: string[] = [digest];
  const request = {
    promptId: long?.promptId ?? 'synthesis',
    incidentId,
    digest,
    schema: outputs.DiagnosisOpinion,
    tools: [remembering(evidenceTool(incidentId, ports), read), ...questions.tools].map((tool) =>
      announced(tool, long),
    ),
    ...(long === undefined ? {} : { seconds: long.seconds, signal: long.signal }),
    ...(plan.some(({ trigger }) => trigger.severity === 'low') ? { urgency: 'low' as const } : {}),
  };
  const opinion = await ports.reasoner.reason(request);
  const isUnsure = opinion.kind === 'answered' && !opinion.value.sure && !isSure(diagnosis);
  const stronger = isUnsure
    ? await ports.reasoner.reason({ ...request, strong: true, seconds: long?.seconds ?? strongSeconds })
    : undefined;
  const answer = stronger?.kind === 'answered' ? withUse(stronger, opinion) : opinion;
  const whole = withFollowUps(diagnosis, reports, questions.reports);
  if (answer.kind === 'unavailable') {
    return answer.reason === 'no model configured'
      ? whole
      : withGaps({ ...whole, usage: usageWith(whole.usage, answer.used) }, [
          { source: 'model', reason: answer.reason.slice(0, 300) },
        ]);
  }
  const { value, model } = answer;
  const observed = [...reports, ...questions.reports].filter(({ specialist }) => specialist !== 'knowledge');
  const isInstructed = [...read, ...questions.read].some(readsLikeInstructions);
  // Runbooks and postmortems may tell causes; telemetry may not.
  if (isInstructed || observed.some((report) => tellsConclusion(reportText(report))))
    return withGaps({ ...whole, usage: usageWith(whole.usage, answer) }, [{ source: 'model', reason: instructedGap }]);
  const by = byline(answer);
  const unsupported = unsupportedParts(`${value.text} ${value.reason}`, [...read, ...questions.read]);
  const known = { incidentId, diagnosis, reports: [...reports, ...questions.reports], plan };
  // A document that tells a cause is about another incident, or hostile; a page that tells one is a guess at best.
  const paged = plan.slice(0, 1).flatMap(({ trigger }) => [trigger.title, ...Object.values(trigger.details)]);
  const texts = [
    ...paged,
    ...known.reports.map(reportText),
    ...instructionsIn(plan),
    ...read.slice(1),
    ...questions.read,
  ];
  const isTold = texts.some(tellsConclusion);
  const supported = unsupported.length === 0 && !isTold;
  const own = value.own ?? suggested(known);
  const checked: Check | undefined =
    own && isTold
      ? { kind: 'dropped', why: 'a document tells the cause' }
      : own && (await checkOwnHypothesis(own, { byline: by, record: modelRecords[model] }, known, ports));
  const answered: Diagnosis = {
    ...whole,
    usage: usageWith(whole.usage, answer),
    droppedClaims: whole.droppedClaims + (supported ? 0 : 1) + (checked?.kind === 'dropped' ? 1 : 0),
    model: by,
    participants: [...whole.participants, { part: 'coordinator', by }].slice(0, maxParticipants),
  };
  if (own && checked?.kind === 'stands') {
    return withOwnHypothesis(answered, { own, checked, known }, questions);
  }
  const preferred = checked?.kind === 'held' ? checked.rank : value.bestRank;
  const hypotheses = supported
    ? promote(diagnosis.hypotheses, preferred, `${model}: ${value.reason}`)
    : diagnosis.hypotheses;
  // The model's text is used only if the hypothesis it was written for comes first.
  const lead = hypotheses[0]?.entity.name ?? '';
  const others = [...namesKnown(known), ...diagnosis.blastRadius];
  const wordsFit =
    supported && (preferred === 1 || hypotheses !== diagnosis.hypotheses) && !blamesOther(value.text, lead, others);
  return {
    ...answered,
    hypotheses: [...hypotheses],
    text: wordsFit ? redact(value.text) : diagnosis.text,
  };
}

/** Adds a model's hypothesis by the rule of two-opinions.ts. If the two disagree and the analysis is unsure, one question to a specialist decides. */
async function withOwnHypothesis(
  diagnosis: Diagnosis,
  { own, checked, known }: { readonly own: OwnHypothesis; readonly checked: CheckedHypothesis; readonly known: Known },
  questions: FollowUps,
): Promise<Diagnosis> {
  const { hypothesis } = checked;
  const lead = diagnosis.hypotheses.find(({ cause, ruledOut }) => cause !== 'unknown' && ruledOut === undefined);
  const analysis = diagnosis.hypotheses[0]?.cause === 'unknown' ? undefined : lead;
  const rule = firstOf({ ...checked, analysis });
  const asked = rule.rule === 'analysis-unsure' ? own.decidedBy : undefined;
  const decisive =
    asked && (await questions.ask(asked.specialist, { question: asked.question, entity: hypothesis.entity }));
  const isDecided = decisive?.findings.some(
    ({ entity, cause, role, byModel }) =>
      byModel === undefined &&
      role === 'cause' &&
      cause === hypothesis.cause &&
      sameWorkload(entity, hypothesis.entity),
  );
  const opinions: TwoOpinions = {
    ...(isDecided ? { first: 'model', rule: 'decided-by-question' } : rule),
    ...(own.decidedBy === undefined
      ? {}
      : { question: { specialist: own.decidedBy.specialist, text: redact(own.decidedBy.question) } }),
  };
  const isFirst = opinions.first === 'model';
  const ofAnalysis = isFirst ? diagnosis.hypotheses.filter(({ cause }) => cause !== 'unknown') : diagnosis.hypotheses;
  const whole = decisive ? withFollowUps(diagnosis, [], [decisive]) : diagnosis;
  const { firstFailing: _, affected: __, ...others } = whole;
  return {
    ...(isFirst ? { ...others, blastRadius: [] } : whole),
    hypotheses: merge(ofAnalysis, hypothesis, opinions.first),
    text: textOfBoth(known.diagnosis, hypothesis, opinions),
    opinions,
  };
}

/** Both opinions for people: the first one, the other one, and what would decide. */
function textOfBoth({ text, hypotheses }: Diagnosis, hypothesis: Hypothesis, { first, question }: TwoOpinions): string {
  const proposal = `${entityText(hypothesis.entity)}, ${causeTitleOf(hypothesis).toLowerCase()}. ${hypothesis.summary}`;
  const decides = question === undefined ? '' : ` This would decide: ${question.text}`;
  const isKnown = hypotheses[0] !== undefined && hypotheses[0].cause !== 'unknown';
  const both =
    first === 'model'
      ? `A model names a cause that the analysis does not hold: ${proposal}${isKnown ? ` The analysis: ${text}` : ''}`
      : `${text} A model holds another cause possible: ${proposal}`;
  return `${both}${decides}`.slice(0, 1500);
}

/** If the coordinator names no hypothesis and the analysis knows no cause, the cause that a specialist's agent suspects. */
function suggested({ diagnosis, reports }: Known): OwnHypothesis | undefined {
  const first = diagnosis.hypotheses[0];
  if (first !== undefined && first.cause !== 'unknown') return undefined;
  const finding = reports.flatMap(({ findings }) => findings).find(({ byModel }) => byModel?.cause !== undefined);
  const cause = finding?.byModel?.cause;
  if (finding === undefined || cause === undefined) return undefined;
  const { claim, evidenceIds, entity, byModel } = finding;
  return {
    entity,
    cause: byModel?.causeName ?? cause,
    summary: { claim: claim.slice(0, 300), evidenceIds: evidenceIds.slice(0, 4) },
    lookedFor: [],
  };
}

/** The analysis names a cause that nothing refutes, and is sure of it. */
const isSure = ({ hypotheses: [first] }: Diagnosis): boolean =>
  first !== undefined && first.cause !== 'unknown' && first.ruledOut === undefined && first.confidence >= sureAt;

/** The answer with the use of the call before it. */
const withUse = <Answer extends ModelUse>(answer: Answer, before: Reasoned<unknown>): Answer => {
  const use = before.kind === 'answered' ? before : before.used;
  return use === undefined
    ? answer
    : {
        ...answer,
        inputTokens: answer.inputTokens + use.inputTokens,
        outputTokens: answer.outputTokens + use.outputTokens,
        ...cacheUse(answer, use),
        costUsd: answer.costUsd + use.costUsd,
        modelCalls: answer.modelCalls + use.modelCalls,
        toolCalls: answer.toolCalls + use.toolCalls,
      };
};

/** Tells of the tool before it runs, if somebody wants to know. */
const announced = (tool: ReasonerTool, long: LongReading | undefined): ReasonerTool =>
  long === undefined
    ? tool
    : {
        ...tool,
        run: async (input) => {
          await long.onTool(tool.name, input);
          return tool.run(input);
        },
      };

/** Records every text that the tool returned, so that the model may cite it. */
const remembering = (tool: ReasonerTool, read: string[]): ReasonerTool => ({
  ...tool,
  run: async (input) => {
    const text = await tool.run(input);
    read.push(text);
    return text;
  },
});

/** Adds the participants, the unsupported claims of models, and the cost and gaps of follow-up questions. */
function withFollowUps(diagnosis: Diagnosis, reports: readonly Report[], further: readonly Report[]): Diagnosis {
  const all = [...reports, ...further];
  const taking = [
    ...reports.map(({ specialist, round, by }) => ({
      part: round > 1 ? `${specialist}, round ${round}` : specialist,
      by,
    })),
    ...further.map(({ specialist, by }, index) => ({ part: `${specialist}, question ${index + 1}`, by })),
  ];
  const whole: Diagnosis = {
    ...diagnosis,
    usage: further.reduce<Usage>(
      (sum, { usage }) => ({ ...usageWith(sum, usage), bytesRead: sum.bytesRead + usage.bytesRead }),
      diagnosis.usage,
    ),
    droppedClaims: diagnosis.droppedClaims + all.reduce((sum, { droppedClaims }) => sum + droppedClaims, 0),
    participants: taking.filter(({ by }) => by !== 'analysis').slice(0, maxParticipants),
  };
  return withGaps(
    whole,
    further.flatMap(({ gaps }) => gaps),
  );
}

/** Adds the gaps that are not listed yet. */
function withGaps(diagnosis: Diagnosis, gaps: readonly Gap[]): Diagnosis {
  const known = new Set(diagnosis.gaps.map(({ source, reason }) => `${source} ${reason}`));
  const more = gaps.filter(({ source, reason }) => !known.has(`${source} ${reason}`));
  return { ...diagnosis, gaps: [...diagnosis.gaps, ...more].slice(0, maxGaps) };
}

/** Puts the hypothesis with `rank` first if nothing refutes it and its confidence is close to the first; otherwise returns the same array. */
function promote(hypotheses: readonly Hypothesis[], rank: number, reason: string): readonly Hypothesis[] {
  const first = hypotheses[0];
  const chosen = hypotheses.find((h) => h.rank === rank);
  if (!first || !chosen || chosen === first || chosen.ruledOut !== undefined) return hypotheses;
  if (first.confidence - chosen.confidence > promotableGap) return hypotheses;
  const reordered = [
    { ...chosen, why: [reason.slice(0, 400), ...chosen.why].slice(0, 8) },
    ...hypotheses.filter((h) => h !== chosen),
  ];
  return reordered.map((h, index) => ({ ...h, rank: index + 1 }));
}

const describe = (diagnosis: Diagnosis): string =>
  [
    `Diagnosis by the analysis: ${diagnosis.text}`,
    ...diagnosis.hypotheses.map(
      (h) =>
        `Hypothesis ${h.rank} (confidence ${h.confidence.toFixed(2)}): ${h.entity.kind} ${h.entity.name}: ${h.cause}. ${h.summary} ` +
        `For: ${h.why.join('; ')}. Against: ${h.against.join('; ') || 'nothing found'}. Evidence ${h.evidenceIds.join(' ')}.`,
    ),
  ].join('\n');
