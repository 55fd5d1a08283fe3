// The output schemas of models, by the name in a prompt's front matter. An answer that does not match its schema is discarded.
import * as z from 'zod';

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

const DiagnosisOpinion = z.object({
  bestRank: z.number().int().min(1).max(5).describe('Rank of the hypothesis that the evidence supports best.'),
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

export const outputs = { SpecialistReport, DiagnosisOpinion, IntentOpinion };
