// The words for a plan: its steps before an approval, and what is done, left and can be taken back when it stops. Pure.
import type { Approval, Plan, PlanQuestion, PlanRun, StepState, Verdict } from '../model/action.ts';
import { verdictLabels } from '../record/labels.ts';
import { shorten } from '../text.ts';
import { formatList } from '../wording.ts';
import { parseShownPods } from './shown-pods.ts';

/** Whether a plan ended with some of its changes in place. */
export const leftHalfDone = (run: PlanRun | undefined): boolean =>
  run?.steps.some(({ state }) => isTouched(state) || state === 'not-taken-back') ?? false;

/** Whether a plan changed anything, also if all of it was taken back. */
export const hasActed = (run: PlanRun | undefined): boolean =>
  leftHalfDone(run) || (run?.steps.some(({ state }) => state === 'taken-back') ?? false);

/** One line for each step: what, on which target, the condition that ends it, the time limit, and what happens if it fails. */
export function stepLines({ plan, on, about }: PlanQuestion): string[] {
  return plan.steps.map((step, index) => {
    const asked = on.includes(step.name) ? '' : about === 'half-done' ? ' (not asked)' : ' (asked later)';
    const pods = parseShownPods(String(step.action?.parameters.pods ?? ''))?.map(
      ({ namespace, name }) => `${namespace}/${name}`,
    );
    const shown = pods === undefined ? '' : ` Pods: ${pods.join(', ')}.`;
    const fails = step.ifFails === 'take-back' ? 'the steps before it are taken back' : 'it stops and asks';
    const condition = step.check.replace(/\.$/, '');
    return `${index + 1}. ${step.title}${asked}. Until: ${condition}; ${durationText(step.limitSeconds)} at most, otherwise ${fails}.${shown}`;
  });
}

const durationText = (seconds: number): string => (seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`);

/** The lines of a half-done plan: what became of each step, and in full the steps that going on would do. */
export function openLines(question: PlanQuestion): string[] {
  const { plan, on, done } = question;
  const states = done.filter((line) => !line.endsWith(` (${stateWords.left})`));
  const isDone = (title: string) => states.some((line) => line.startsWith(`${title} (${stateWords.done}`));
  const ahead = stepLines(question).filter((_, index) => {
    const step = plan.steps[index];
    return step !== undefined && on.includes(step.name) && !isDone(step.title);
  });
  return [...states, ...ahead];
}

/** How the plan can be taken back, step by step; a half-done one only as far as it came. */
export function wayBackText({ plan, about, back }: PlanQuestion): string {
  const { reversible } = plan;
  const steps = about === 'half-done' ? plan.steps.filter(({ name }) => back.includes(name)) : plan.steps;
  const ways = steps.flatMap(({ action }) => {
    if (action === undefined) return [];
    return [action.inverse?.kind === 'action' ? action.inverse.title : `not "${action.title}"`];
  });
  if (reversible === 'none' || ways.length === 0) return 'No';
  return `${reversible === 'all' ? 'Yes' : 'In part'}: ${ways.toReversed().join('; ')}`;
}

const stateWords: Readonly<Record<StepState, string>> = {
  left: 'left',
  begun: 'begun',
  acted: 'done, and its result is not there yet',
  done: 'done',
  failed: 'not done',
  uncertain: 'unknown whether it took effect',
  'taken-back': 'taken back',
  'not-taken-back': 'not taken back',
};

export const isTouched = (state: StepState): boolean => ['begun', 'acted', 'done', 'uncertain'].includes(state);

/** The steps with their states, in words; steps that only look are left out once they are done. */
export const stateLines = (plan: Plan, { steps }: PlanRun): string[] =>
  plan.steps.flatMap(({ title, action }, index) => {
    const { state = 'left', detail = '' } = steps[index] ?? {};
    if (action === undefined && state === 'done') return [];
    const more = detail === '' || state === 'left' ? '' : `: ${detail.replace(/\.$/, '')}`;
    return [shorten(`${title} (${stateWords[state]}${more})`, 400)];
  });

/** Everything that people need to know of a plan that did not come to its end. */
export function unfinishedText(plan: Plan, run: PlanRun, why: string): string {
  const of = (wanted: (state: StepState) => boolean) =>
    plan.steps.flatMap(({ title, action }, index) =>
      wanted(run.steps[index]?.state ?? 'left') && action !== undefined ? [title] : [],
    );
  const part = (lead: string, titles: readonly string[]) =>
    titles.length === 0 ? '' : `${lead}: ${formatList(titles, 8)}.`;
  const touched = run.steps.some(({ state }, index) => isTouched(state) && plan.steps[index]?.action !== undefined);
  const back = run.steps.some(({ state }) => state === 'taken-back');
  return [
    touched ? 'The plan is half done.' : back ? 'The plan was taken back.' : 'Nothing of the plan was done.',
    why,
    part(
      'Done',
      of((state) => state === 'done' || state === 'acted'),
    ),
    part(
      'Begun, and not finished',
      of((state) => state === 'begun'),
    ),
    part(
      'Unknown whether it took effect',
      of((state) => state === 'uncertain'),
    ),
    part(
      'Taken back',
      of((state) => state === 'taken-back'),
    ),
    part(
      'Could not be taken back',
      of((state) => state === 'not-taken-back'),
    ),
    part(
      'Not done',
      of((state) => state === 'left' || state === 'failed'),
    ),
  ]
    .filter((line) => line !== '')
    .join(' ');
}

/** The buttons of a question, in order; undefined for the usual ones. */
export function planButtons(
  approval: Approval,
): readonly { readonly verdict: Verdict; readonly label: string }[] | undefined {
  const { plan, state } = approval;
  if (plan === undefined) return undefined;
  const button = (verdict: Verdict, label: string = verdictLabels[verdict]) => ({ verdict, label });
  if (state === 'decided')
    return approval.verdict === 'approve' && approval.stopped === undefined ? [button('stop')] : [];
  if (plan.about !== 'half-done') return undefined;
  return [
    ...(plan.on.length === 0 ? [] : [button('approve', 'Go on')]),
    ...(plan.back.length === 0 ? [] : [button('take-back')]),
    button('reject', 'Leave it as it is'),
  ];
}
