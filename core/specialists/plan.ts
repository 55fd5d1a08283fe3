// Plans an investigation: one brief for each specialist that applies.
import type { Context, Trigger } from '../model/incident.ts';
import type { Brief } from '../model/report.ts';
import { specialists } from './index.ts';
import type { Specialist } from './specialist.ts';

/** Limits of one specialist: wall time in seconds, tokens of its report, bytes read. */
export const specialistBudget = { seconds: 20, tokens: 1000, bytes: 256 * 1024 * 1024 };

export function planFor(
  incidentId: string,
  trigger: Trigger,
  context: Context,
  among: readonly Specialist[] = specialists,
): Brief[] {
  const about = context.workload
    ? `${context.workload.kind} ${context.workload.name}`
    : (context.service?.value ?? 'what was paged');
  return among
    .filter((specialist) => specialist.applies(context, trigger))
    .map((specialist) => ({
      incidentId,
      specialist: specialist.name,
      round: 1,
      phase: 'investigate',
      question: specialist.question(about).slice(0, 1000),
      focus: context.workload ? [context.workload] : [],
      trigger,
      context,
      budget: specialistBudget,
    }));
}
