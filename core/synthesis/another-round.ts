// Whether one more question would tell the first two hypotheses apart, and which. Asked at most once, and only of what nobody looked at.
import type { EntityRef } from '../model/entity.ts';
import type { Brief, Report } from '../model/report.ts';
import { depthOf, isChange } from './causality.ts';
import type { Diagnosed } from './diagnose.ts';

export interface Question {
  readonly why: string;
  readonly plan: Brief[];
}

/** What can see into a service: its cluster, its errors, its signals, its changes. */
const askable = ['kubernetes', 'metrics', 'logs', 'changes'];
const maxFocus = 3;
/** A surer answer needs no second question. */
const sureEnough = 0.8;

/** Undefined where nothing that could be asked would change the answer. */
export function anotherRound(
  { ranked, scene }: Pick<Diagnosed, 'ranked' | 'scene'>,
  plan: readonly Brief[],
  reports: readonly Report[],
): Question | undefined {
  const [first, second] = ranked;
  if (!first || first.confidence >= sureEnough) return undefined;
  const looked = new Set(
    scene.findings
      .filter((finding) => finding.role !== 'change' && finding.role !== 'context')
      .map(({ entity }) => scene.subjects.keyOf(entity)),
  );
  const pointedAt = [first, ...(second ? [second] : [])]
    .filter(({ candidate }) => depthOf(candidate.cause) !== 'root' && !isChange(candidate.cause))
    .flatMap(({ candidate }) => candidate.findings.flatMap(({ towards }) => (towards ? [towards] : [])));
  const focus = distinct(pointedAt.filter((entity) => !looked.has(scene.subjects.keyOf(entity)))).slice(0, maxFocus);
  if (focus.length === 0) return undefined;
  const names = focus.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  const answered = new Set(reports.filter(({ usage }) => usage.bytesRead > 0).map(({ specialist }) => specialist));
  const asked = plan.filter(({ specialist }) => askable.includes(specialist) && answered.has(specialist));
  if (asked.length === 0) return undefined;
  return {
    why: `${first.candidate.entity.name} points at ${names}, which nobody looked at yet.`,
    plan: asked.map((brief) => ({
      ...brief,
      round: 2,
      focus,
      question: `What is wrong at ${names}, which ${first.candidate.entity.name} fails towards?`.slice(0, 1000),
    })),
  };
}

function distinct(entities: readonly EntityRef[]): EntityRef[] {
  const seen = new Set<string>();
  return entities.filter(({ kind, name, cluster }) => {
    const key = `${kind}/${name}/${cluster ?? ''}`;
    return !seen.has(key) && seen.add(key);
  });
}
