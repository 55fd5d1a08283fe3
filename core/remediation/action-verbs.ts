// The actions that the verbs of a sentence name, read from the table of actions. Actions that share a verb are one entry: only the target tells them apart.
import type { ActionId } from '../model/action.ts';
import type { VerbPattern } from './action-definition.ts';
import { actions } from './actions/index.ts';

export interface ActionVerb extends VerbPattern {
  readonly actions: readonly [ActionId, ...ActionId[]];
}

/** In the order of the table, in which they are looked for. */
const verbs: readonly ActionVerb[] = [
  ...Map.groupBy(actions, ({ verbs }) => verbs.inSentence.pattern).values(),
].flatMap(([first, ...others]) =>
  first === undefined
    ? []
    : [{ ...first.verbs.inSentence, actions: [first.id, ...others.map(({ id }) => id)] as const }],
);

/** Source of a regular expression for any of the verbs. */
export const anyActionVerb = verbs.map(({ pattern }) => pattern).join('|');

/** The verbs in a lower-case text. The words of one verb are not read again as another: "restart the job" is no restart of a workload. */
export function actionVerbsIn(text: string): readonly ActionVerb[] {
  let rest = text;
  return verbs.filter(({ pattern }) => {
    const found = new RegExp(String.raw`\b(?:${pattern})\b`, 'g');
    if (!found.test(rest)) return false;
    rest = rest.replaceAll(found, ' ');
    return true;
  });
}
