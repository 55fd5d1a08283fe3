// The output schemas of models, by the name in a prompt's front matter. An answer that does not match its schema is discarded.
import * as z from 'zod';
import { CauseCode } from '../causes/causes.ts';
import { SpecialistName } from '../model/report.ts';

/** A code of the vocabulary or a name. The codes are too many for each agent's context. */
const CauseName = z.string().min(3).max(80);

/** The code of the cause that a model names; `other` with the name if the vocabulary has no such code. */
export function causeNamed(name: string): { readonly cause: CauseCode; readonly causeName?: string } {
  const code = CauseCode.safeParse(
    name
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_]+/g, '-'),
  );
  return code.success && code.data !== 'other' ? { cause: code.data } : { cause: 'other', causeName: name.trim() };
}

const Observation = z.object({
  claim: z
    .string()
    .min(1)
    .max(300)
    .describe('One sentence. Every number and name in it occurs in the evidence it cites.'),
  entity: z.object({
    kind: z.string().min(1).max(63),
    name: z.string().min(1).max(253).describe('As the evidence writes it.'),
    namespace: z.string().max(253).optional(),
  }),
  evidenceIds: z.array(z.string().max(100)).min(1).max(4).describe('Ids of evidence that says it.'),
  cause: CauseName.optional().describe('Only if you hold it to be the cause: its code, or a short name.'),
});
export type Observation = z.infer<typeof Observation>;

const SpecialistReport = z.object({
  summary: z
    .string()
    .min(1)
    .max(900)
    .describe('At most three sentences in plain words: the observation, its start, its amount.'),
  keyFindingIds: z.array(z.string()).max(5).describe('Ids of the findings that matter most, most important first.'),
  observations: z.array(Observation).max(4).default([]).describe('What you found beyond the findings; mostly none.'),
});

const RunbookAnswer = z.object({
  step: z.number().int().min(1).max(12).describe('Number of an open check of the checklist.'),
  result: z
    .string()
    .min(1)
    .max(300)
    .describe('What was found. The evidence that it cites holds its numbers and names.'),
  evidenceIds: z.array(z.string().max(100)).min(1).max(4),
});
export type RunbookAnswer = z.infer<typeof RunbookAnswer>;

/** Of an agent that follows a runbook. */
const RunbookReport = SpecialistReport.extend({ steps: z.array(RunbookAnswer).max(12).default([]) });

const Cited = z.object({
  claim: z.string().min(1).max(300).describe('One sentence. The evidence that it cites holds its numbers and names.'),
  evidenceIds: z.array(z.string().max(100)).min(1).max(4),
});

const OwnHypothesis = z.object({
  entity: z.object({
    kind: z.string().min(1).max(63),
    name: z.string().min(1).max(253).describe('As the reports or the evidence write it.'),
    namespace: z.string().max(253).optional(),
    cluster: z.string().max(253).optional(),
  }),
  cause: CauseName.describe('A code of the vocabulary, as oom-killed; a short name if none fits.'),
  summary: Cited.describe('What broke, and why.'),
  lookedFor: z
    .array(
      z.object({
        question: z.string().min(5).max(300).describe('What would disprove the hypothesis.'),
        result: z.enum(['nothing-found', 'contradicts']),
        evidenceIds: z.array(z.string().max(100)).min(1).max(4).describe('Evidence of the search.'),
      }),
    )
    .min(1)
    .max(4),
  against: Cited.optional().describe(
    'Only if evidence contradicts the first hypothesis of the analysis: the evidence, which names its entity.',
  ),
  decidedBy: z
    .object({ specialist: SpecialistName, question: z.string().min(5).max(400) })
    .optional()
    .describe('The question whose answer would decide between your hypothesis and the first of the analysis.'),
});
export type OwnHypothesis = z.infer<typeof OwnHypothesis>;

const DiagnosisOpinion = z.object({
  bestRank: z.number().int().min(1).max(5).describe('Rank of the hypothesis that the evidence supports best.'),
  own: OwnHypothesis.optional().describe(
    'A hypothesis that the ranking lacks, if evidence supports it. Leave it out if a ranked hypothesis is right.',
  ),
  sure: z.boolean().default(true).describe('False if the evidence does not decide.'),
  reason: z.string().min(1).max(300).describe('One sentence: which evidence decides.'),
  text: z
    .string()
    .min(1)
    .max(1200)
    .describe('Two sentences: what broke, and why. Not what to do: that is decided elsewhere.'),
});

const IntentOpinion = z.object({
  kind: z
    .enum([
      'why',
      'checked',
      'status',
      'cost',
      'help',
      'preferences',
      'investigate',
      'evidence',
      'approve',
      'reject',
      'unclear',
    ])
    .describe('What the message asks for; unclear where more than one fits, or none.'),
  source: z
    .enum(['logs', 'metrics', 'kubernetes', 'changes', 'knowledge'])
    .optional()
    .describe('Only with evidence: whose.'),
});

export const outputs = { SpecialistReport, RunbookReport, DiagnosisOpinion, IntentOpinion };
