// Writes the next step for people, in one sentence, from the decision alone, so that the text never contradicts the question. If the system does
// nothing, the entry of the cause gives the next step for a person, without the actions that were ruled out.

import { causes } from '../causes/causes.ts';
import type { ActionId, Decision } from '../model/action.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import { actions } from './actions/index.ts';

/** Actions that fit the cause. `ruledOut` cannot remedy this problem; `impossible` could, but its plan or its dry run was refused. */
export interface NotOffered {
  readonly ruledOut: readonly ActionId[];
  readonly impossible?: readonly ActionId[];
}

export function nextStepOf(decision: Decision, hypothesis: Hypothesis, notOffered: NotOffered): string {
  switch (decision.kind) {
    case 'ask':
      return `Next: ${lower(decision.plan?.plan.title ?? decision.action.title)}, once ${decision.approvers === 1 ? 'a person approves' : `${decision.approvers} people approve`} it.`;
    case 'act':
      return `Next: ${lower(decision.action.title)}, as it was taught.`;
    case 'refuse':
      return decision.action === undefined
        ? `${adviceFor(hypothesis, notOffered)}.`
        : `It is for a person to decide on this: ${lower(decision.action.title)}.`;
    case 'report':
      return `${adviceFor(hypothesis, notOffered)}.`;
  }
}

const lower = (title: string): string => title.charAt(0).toLowerCase() + title.slice(1);

function adviceFor(hypothesis: Hypothesis, { ruledOut, impossible = [] }: NotOffered): string {
  const { entity, cause, changeId } = hypothesis;
  const it = `${entity.kind} ${entity.name}`;
  const isRuledOut = (id: ActionId): boolean => ruledOut.includes(id) || impossible.includes(id);
  if (changeId !== undefined && !takeChangesBack.some(({ id }) => ruledOut.includes(id))) {
    const byHand = takeChangesBack.some(({ id }) => impossible.includes(id)) ? ' by hand' : '';
    return `Take change ${shortId(changeId)} back on ${it}${byHand}, and watch whether it recovers`;
  }
  if (changeId !== undefined)
    return `Correct ${it} by a new change: going back from ${shortId(changeId)} does not help here`;
  const canRollBack = takeChangesBack.some(
    ({ id, kinds, mends }) => !isRuledOut(id) && kinds.includes(entity.kind) && mends.includes(cause),
  );
  return causes[cause].nextStep({ it, orRollBack: canRollBack ? ', or roll it back' : '', isRuledOut });
}

const takeChangesBack = actions.filter(({ needsChange }) => needsChange);

const shortId = (id: string): string => (/^[0-9a-f]{12,}$/.test(id) ? id.slice(0, 10) : id);
