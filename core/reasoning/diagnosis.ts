// A model's opinion on a diagnosis. The analysis has ranked; the model may put forward a hypothesis that is nearly as likely and word
// the three sentences. It cannot bring in a cause, an entity or a number of its own: what evidence does not hold is dropped.
import * as z from 'zod';
import type { Diagnosis, Hypothesis } from '../model/diagnosis.ts';
import type { Report } from '../model/report.ts';
import type { Ports } from '../ports/index.ts';
import { reportText } from '../specialists/report-text.ts';
import { evidenceTool } from './evidence-tool.ts';
import { unsupportedParts } from './supported.ts';

/** A hypothesis may be put first by a model only when the analysis gives it nearly the confidence of the first. */
const promotableGap = 0.2;

const Opinion = z.object({
  bestRank: z.number().int().min(1).max(5).describe('Rank of the hypothesis that the evidence supports best.'),
  reason: z.string().min(1).max(300).describe('One sentence: which evidence decides.'),
  text: z.string().min(1).max(1200).describe('Three sentences: what broke, why, what to do next.'),
});

export async function withOpinion(
  incidentId: string,
  diagnosis: Diagnosis,
  reports: readonly Report[],
  ports: Pick<Ports, 'evidence' | 'reasoner'>,
): Promise<Diagnosis> {
  const digest = [describe(diagnosis), ...reports.map(reportText)].join('\n\n');
  const answer = await ports.reasoner.reason({
    promptId: 'synthesis',
    incidentId,
    digest,
    schema: Opinion,
    tools: [evidenceTool(incidentId, ports)],
  });
  if (answer.kind === 'unavailable') {
    return answer.reason === 'no model configured'
      ? diagnosis
      : {
          ...diagnosis,
          gaps: [...diagnosis.gaps, { source: 'model', reason: answer.reason.slice(0, 300) }].slice(0, 30),
        };
  }
  const { value, model, promptVersion } = answer;
  const usage = {
    ...diagnosis.usage,
    inputTokens: diagnosis.usage.inputTokens + answer.inputTokens,
    outputTokens: diagnosis.usage.outputTokens + answer.outputTokens,
    costUsd: diagnosis.usage.costUsd + answer.costUsd,
    modelCalls: diagnosis.usage.modelCalls + answer.modelCalls,
  };
  const unsupported = unsupportedParts(`${value.text} ${value.reason}`, [digest]);
  const supported = unsupported.length === 0;
  const hypotheses = supported
    ? promote(diagnosis.hypotheses, value.bestRank, `${model}: ${value.reason}`)
    : diagnosis.hypotheses;
  // The model's words are used only where the hypothesis they were written for comes first.
  const wordsFit = supported && (value.bestRank === 1 || hypotheses !== diagnosis.hypotheses);
  return {
    ...diagnosis,
    usage,
    hypotheses: [...hypotheses],
    text: wordsFit ? value.text : diagnosis.text,
    droppedClaims: diagnosis.droppedClaims + (supported ? 0 : 1),
    model: `${model} (${promptVersion})`,
  };
}

/** Puts the hypothesis with `rank` first if the analysis finds it nearly as likely as the first; otherwise returns the same array. */
function promote(hypotheses: readonly Hypothesis[], rank: number, reason: string): readonly Hypothesis[] {
  const first = hypotheses[0];
  const chosen = hypotheses.find((h) => h.rank === rank);
  if (!first || !chosen || chosen === first || first.confidence - chosen.confidence > promotableGap) return hypotheses;
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
