// Records each decision about an action as a case, and what came of it. The comparison with what people did comes an hour later
// (core/learning/compare-with-people.ts).
import { Unavailable } from '../../errors.ts';
import type { Action, Decision, Level } from '../../model/action.ts';
import type { Hypothesis } from '../../model/diagnosis.ts';
import type { LevelCase } from '../../model/levels.ts';
import type { Ports } from '../../ports/index.ts';
import { redact } from '../../redaction/redact.ts';
import { shorten } from '../../text.ts';
import { ifApproved } from '../approval-question.ts';
import type { AuthorizationFacts } from '../authorization.ts';
import { nextLevel } from '../target-place.ts';
import { rowOf } from './earned.ts';

const hourMs = 3_600_000;
const maxTries = 5;

export interface Shadow {
  readonly needed: Level;
  readonly approvers: number;
}

/** The lowest higher level at which the policies would allow the action with approval; undefined if the level is not what forbids it. */
export async function shadowOf(
  action: Action,
  facts: AuthorizationFacts,
  ports: Pick<Ports, 'policies'>,
): Promise<Shadow | undefined> {
  for (let level = nextLevel(facts.place.level, 1); level !== undefined; level = nextLevel(level, 1)) {
    const { answer, approvers } = await ifApproved(action, { ...facts, place: { ...facts.place, level } }, ports);
    if (answer.allowed) return { needed: level, approvers };
  }
  return undefined;
}

/** Adds the case of a decision. A second decision of the incident about the same action adds nothing. */
export async function openCase(
  incidentId: string,
  {
    how,
    action,
    facts,
    hypothesis,
    fingerprint,
  }: {
    readonly how: LevelCase['how'];
    readonly action: Action;
    readonly facts: AuthorizationFacts;
    readonly hypothesis: Hypothesis;
    readonly fingerprint: string | undefined;
  },
  { levels }: Pick<Ports, 'levels'>,
): Promise<void> {
  const { target, id, title } = action;
  await levels.writeCase({
    incidentId,
    row: rowOf(facts.place, hypothesis.cause, id),
    version: 1,
    at: facts.now.toISOString(),
    how,
    level: facts.place.level,
    title,
    why: shorten(redact(hypothesis.summary), 600),
    target,
    ...(hypothesis.changeId === undefined ? {} : { changeId: hypothesis.changeId }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    compareAt: new Date(facts.now.getTime() + hourMs).toISOString(),
  });
}

export const howDecided: Readonly<Partial<Record<Decision['kind'], LevelCase['how']>>> = {
  ask: 'asked',
  act: 'unattended',
};

/** Adds to a case what came of it; a value that is there stays. Undefined if there is no case, as for incidents from before the records. */
export async function addToCase(
  incidentId: string,
  action: string,
  more: Partial<Pick<LevelCase, 'answer' | 'result' | 'comparison'>>,
  { levels }: Pick<Ports, 'levels'>,
): Promise<LevelCase | undefined> {
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const one = await levels.case(incidentId, action);
    if (one === undefined) return undefined;
    const next = { ...more, ...one, version: one.version + 1 };
    if (Object.keys(more).every((field) => Object.hasOwn(one, field))) return one;
    if (await levels.writeCase(next)) return next;
  }
  throw new Unavailable(`The case of ${incidentId} is being changed by too many at once.`);
}
