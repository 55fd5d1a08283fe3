// A runbook section as a checklist: what each step says, and what Watchkeeper read for it. The texts are quoted from the runbook; they are data, and
// nothing that guards reads them. The offer of a plan (core/remediation/plan-offer.ts) reads only which actions they name, in which order. A command is text to show; nothing executes it.
import * as z from 'zod';

/** A step of a runbook. `action`: it changes something, or addresses people. `note`: it explains. */
export const RunbookStep = z.object({
  text: z.string().max(400),
  command: z.string().max(300).optional(),
  kind: z.enum(['check', 'action', 'note']),
});
export type RunbookStep = z.infer<typeof RunbookStep>;

export const ChecklistStep = z.object({
  ...RunbookStep.shape,
  /** `checked`: the question was asked and answered; the result says how. `person`: only a person does this. `open`: it was not done, `why` tells. */
  state: z.enum(['checked', 'person', 'open', 'information']),
  result: z.string().max(400).optional(),
  why: z.string().max(300).optional(),
  evidenceIds: z.array(z.string()).max(4),
  /** `analysis`, or the id of the model that answered the step. */
  by: z.string().default('analysis'),
});
export type ChecklistStep = z.infer<typeof ChecklistStep>;

export const Checklist = z.object({
  document: z.string().max(300),
  heading: z.string().max(300),
  steps: z.array(ChecklistStep).max(12),
  /** Steps beyond the limit, which were not looked at. */
  left: z.number().int().min(0).default(0),
});
export type Checklist = z.infer<typeof Checklist>;
