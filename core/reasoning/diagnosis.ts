// The coordinator: an agent that reads the specialists' reports and the analysis' ranking, may ask specialists follow-up questions, and gives its
// opinion. It may promote a hypothesis that is nearly as likely as the first, and it may word the diagnosis. It cannot add a cause, an entity or a
// number: claims without evidence are dropped.
import type { Diagnosis, Hypothesis } from '../model/diagnosis.ts';
import type { Brief, Gap, Report, Usage } from '../model/report.ts';
import type { ReasonerTool } from '../ports/channels.ts';
import type { Ports } from '../ports/index.ts';
import { redact } from '../redaction/redact.ts';
import { followUps } from './follow-up.ts';
import { outputs } from './outputs.ts';
import { reportText } from './report-text.ts';
import { unsupportedParts } from './supported.ts';
import { evidenceTool } from './tools/evidence.ts';
import { byline, usageWith } from './usage.ts';

/** Largest difference in confidence (0 to 1) at which a model may promote a hypothesis over the first. */
const promotableGap = 0.2;
const maxGaps = 30;
const maxParticipants = 40;

export async function withModelDiagnosis(
  incidentId: string,
  diagnosis: Diagnosis,
  { reports, plan }: { readonly reports: readonly Report[]; readonly plan: readonly Brief[] },
  ports: Pick<Ports, 'evidence' | 'reasoner' | 'specialistClient' | 'incidents' | 'clock'>,
): Promise<Diagnosis> {
  const digest = redact([describe(diagnosis), ...reports.map(reportText)].join('\n\n'));
  const questions = followUps(plan, ports);
  const read: string[] = [digest];
  const answer = await ports.reasoner.reason({
    promptId: 'synthesis',
    incidentId,
    digest,
    schema: outputs.DiagnosisOpinion,
    tools: [remembering(evidenceTool(incidentId, ports), read), ...questions.tools],
  });
  const whole = withFollowUps(diagnosis, reports, questions.reports);
  if (answer.kind === 'unavailable') {
    return answer.reason === 'no model configured'
      ? whole
      : withGaps({ ...whole, usage: usageWith(whole.usage, answer.used) }, [
          { source: 'model', reason: answer.reason.slice(0, 300) },
        ]);
  }
  const { value, model } = answer;
  const by = byline(answer);
  const unsupported = unsupportedParts(`${value.text} ${value.reason}`, [...read, ...questions.read]);
  const supported = unsupported.length === 0;
  const hypotheses = supported
    ? promote(diagnosis.hypotheses, value.bestRank, `${model}: ${value.reason}`)
    : diagnosis.hypotheses;
  // The model's text is used only if the hypothesis it was written for comes first.
  const wordsFit = supported && (value.bestRank === 1 || hypotheses !== diagnosis.hypotheses);
  return {
    ...whole,
    usage: usageWith(whole.usage, answer),
    hypotheses: [...hypotheses],
    text: wordsFit ? redact(value.text) : diagnosis.text,
    droppedClaims: whole.droppedClaims + (supported ? 0 : 1),
    model: by,
    participants: [...whole.participants, { part: 'coordinator', by }].slice(0, maxParticipants),
  };
}

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
