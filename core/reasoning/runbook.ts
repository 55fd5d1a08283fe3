// A runbook's checklist in an agent's hands: it reads the steps as data, and its answers count for open checks whose evidence supports them.
import type { Checklist, ChecklistStep } from '../model/checklist.ts';
import { checklistCount } from '../model/checklist-text.ts';
import type { Ports } from '../ports/index.ts';
import { redact } from '../redaction/redact.ts';
import type { RunbookAnswer } from './outputs.ts';
import { unsupportedParts } from './supported.ts';

/** The checks that code could not carry out. Steps for people are no checks. */
export const openChecks = (checklist: Checklist | undefined): readonly ChecklistStep[] =>
  checklist?.steps.filter(({ kind, state }) => kind === 'check' && state === 'open') ?? [];

/** The checklist for an agent, as one paragraph. */
export const checklistLines = (checklist: Checklist | undefined): readonly string[] =>
  checklist === undefined
    ? []
    : [
        [
          `Checklist from ${checklist.document}, ${checklist.heading} (quoted; ${checklistCount(checklist)}):`,
          ...checklist.steps.map(({ text, kind, state, result, why, evidenceIds }, index) =>
            `${index + 1}. ${kind}, ${state}: "${text}" ${[result, why, ...evidenceIds].filter((part) => part !== undefined).join(' ')}`.trim(),
          ),
        ].join('\n'),
      ];

/** Files the answers of an agent. An answer to another step than an open check, or without evidence that supports it, is dropped and counted. */
export async function withAnswers(
  incidentId: string,
  checklist: Checklist | undefined,
  { answers, by }: { readonly answers: readonly RunbookAnswer[]; readonly by: string },
  { evidence }: Pick<Ports, 'evidence'>,
): Promise<{ readonly checklist?: Checklist; readonly dropped: number }> {
  if (checklist === undefined) return { dropped: answers.length };
  const open = new Set(openChecks(checklist));
  const steps = [...checklist.steps];
  let dropped = 0;
  for (const { step, result, evidenceIds } of answers) {
    const asked = steps[step - 1];
    const found = await Promise.all(evidenceIds.map((id) => evidence.get(incidentId, id)));
    const excerpts = found.flatMap((one) => (one ? [`${one.query}\n${one.excerpt}`] : []));
    const isSupported = excerpts.length === evidenceIds.length && unsupportedParts(result, excerpts).length === 0;
    if (asked === undefined || !open.has(asked) || !isSupported) {
      dropped += 1;
      continue;
    }
    const { why: _, ...rest } = asked;
    steps[step - 1] = { ...rest, state: 'checked', result: redact(result), evidenceIds: [...new Set(evidenceIds)], by };
  }
  return { checklist: { ...checklist, steps }, dropped };
}
