// Derives the verbs that people use for actions from the table of actions.
import type { ActionId } from '../model/action.ts';
import type { TaughtVerb } from './action-definition.ts';
import { actions } from './actions/index.ts';

export interface ActionVerb extends TaughtVerb {
  /** The actions that share the verb; only the target tells them apart. */
  readonly actions: readonly ActionId[];
}

/** Each verb that can teach an action, in the order of the table. */
export const taughtVerbs: readonly ActionVerb[] = [
  ...Map.groupBy(actions, ({ verbs }) => verbs.taught.name).values(),
].flatMap((group) => group.slice(0, 1).map(({ verbs }) => ({ ...verbs.taught, actions: group.map(({ id }) => id) })));

/**
 * The actions whose phrases occur anywhere in a text of any origin. If several actions have the same phrase, it counts for the first one in the
 * table.
 */
export function actionsNamedIn(text: string): readonly ActionId[] {
  const seen = new Set<string>();
  return actions
    .filter(({ verbs }) => {
      const found = [...verbs.does, ...verbs.nouns].filter((phrase) => !seen.has(phrase) && occursIn(phrase, text));
      for (const phrase of found) seen.add(phrase);
      return found.length > 0;
    })
    .map(({ id }) => id);
}

/** Whether the text contains the phrase. `*` matches up to 60 characters of one sentence; "roll back" also matches "rollback" and "roll-back". */
function occursIn(phrase: string, text: string): boolean {
  const parts = phrase.split('*').flatMap((part) => {
    const words = part.trim().split(' ').join('[ -]?');
    return words === '' ? [] : [String.raw`\b${words}\b`];
  });
  return new RegExp(parts.join('[^.]{0,60}'), 'i').test(text);
}
