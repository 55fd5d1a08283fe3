// Reduces an action to the fields that a timeline event keeps.
import type { Action } from '../model/action.ts';
import type { ActionSummary } from '../model/timeline.ts';

export const summaryOf = ({ id, target, title, blastRadius }: Action): ActionSummary => ({
  id,
  target,
  title,
  blastRadius,
});
