// Renders a checklist as text. Without schemas, so that the console's bundle stays small.
import type { Checklist, ChecklistStep } from './checklist.ts';

/** "2 of 5 steps checked, 2 for a person, 1 not done"; notes are no steps. */
export function checklistCount({ steps, left }: Pick<Checklist, 'steps' | 'left'>): string {
  const count = (state: ChecklistStep['state']) => steps.filter((step) => step.state === state).length;
  const all = steps.length - count('information');
  return [
    `${count('checked')} of ${all + left} steps checked`,
    ...(count('person') > 0 ? [`${count('person')} for a person`] : []),
    ...(count('open') > 0 ? [`${count('open')} not done`] : []),
    ...(left > 0 ? [`${left} beyond the limit not looked at`] : []),
  ].join(', ');
}

export const stepSigns: Readonly<Record<ChecklistStep['state'], string>> = {
  checked: '✓',
  person: '☐',
  open: '○',
  information: '·',
};

/** One line for people: the sign, the step in quotation marks, and what came of it. */
export function stepText({ text, command, state, result, why, by }: ChecklistStep): string {
  const quoted = command === undefined || text.includes(command) ? text : `${text} (${command})`;
  const outcome = [result, why].filter((part) => part !== undefined).join(' ');
  return `${stepSigns[state]} "${quoted}"${outcome === '' ? '' : `: ${outcome}`}${by === 'analysis' ? '' : ` (by ${by})`}`;
}
