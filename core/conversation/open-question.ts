// Finds the open approval request that an answer is about, and whether the answer decides it. Pure. An order decides a request only if it names
// exactly that action on exactly that target; every other answer has a variant of its own and decides nothing.

import type { Doubt } from '../language/doubts.ts';
import type { Answer, Reading } from '../language/parse-answer.ts';
import { type Tokens, tokensOf } from '../language/tokens.ts';
import type { ActionId, Approval } from '../model/action.ts';
import { actionNamed } from '../remediation/actions/index.ts';
import { whyNotTeachable } from '../remediation/question.ts';

/** An open approval, with the names of its target's environment. */
export interface Open {
  readonly approval: Approval;
  /** Names of the environment that the catalogue places the target in. */
  readonly environments: readonly string[];
}

export type AnswerJudgement =
  | { readonly kind: 'none-open' }
  | { readonly kind: 'approve'; readonly approval: Approval; readonly remember: boolean }
  | { readonly kind: 'reject'; readonly approval: Approval }
  /** The answer may be about something else, so we repeat the question first. */
  | { readonly kind: 'say-back'; readonly approval: Approval; readonly verdict: 'approve' | 'reject' }
  | { readonly kind: 'which'; readonly approvals: readonly Approval[] }
  | { readonly kind: 'other-action'; readonly approvals: readonly Approval[]; readonly actions: readonly ActionId[] }
  | { readonly kind: 'other-target'; readonly approvals: readonly Approval[]; readonly named: string }
  | { readonly kind: 'doubt'; readonly approvals: readonly Approval[]; readonly why: Doubt }
  | { readonly kind: 'not-teachable'; readonly approval: Approval; readonly why: string };

export function judgeAnswer(
  answer: Exclude<Answer, { kind: 'nothing' | 'switch' }>,
  open: readonly Open[],
): AnswerJudgement {
  if (open.length === 0) return { kind: 'none-open' };
  const approvals = open.map(({ approval }) => approval);
  switch (answer.kind) {
    case 'doubt':
      return { kind: 'doubt', approvals, why: answer.why };
    case 'yes':
      return judgeYes(answer, open);
    case 'order': {
      const own = open.filter((one) => answer.readings.some((reading) => isOwn(reading, one.approval)));
      const fitting = open.filter((one) =>
        answer.readings.some((reading) => isOwn(reading, one.approval) && fits(reading.object, one)),
      );
      const [one, ...more] = fitting;
      if (one)
        return more.length === 0
          ? approving(one, false)
          : { kind: 'which', approvals: fitting.map((it) => it.approval) };
      if (own.length > 0)
        return {
          kind: 'other-target',
          approvals,
          named: shortest(answer.readings.filter((it) => own.some((o) => isOwn(it, o.approval)))),
        };
      return { kind: 'other-action', approvals, actions: [...new Set(answer.readings.map(({ action }) => action))] };
    }
    case 'no': {
      const { readings, object } = answer;
      const refused = open.filter((one) =>
        readings.length === 0
          ? object.length === 0 || fits(object, one)
          : readings.some((reading) => isOwn(reading, one.approval) && fits(reading.object, one)),
      );
      const [one, ...more] = refused;
      if (!one && readings.some((reading) => open.some(({ approval }) => isOwn(reading, approval))))
        return { kind: 'doubt', approvals, why: 'more' };
      if (!one)
        return readings.length === 0
          ? { kind: 'other-target', approvals, named: object.join(' ') }
          : { kind: 'other-action', approvals, actions: [...new Set(readings.map(({ action }) => action))] };
      if (more.length === 0 && !answer.sure) return { kind: 'say-back', approval: one.approval, verdict: 'reject' };
      return more.length === 0
        ? { kind: 'reject', approval: one.approval }
        : { kind: 'which', approvals: refused.map(({ approval }) => approval) };
    }
  }
}

function judgeYes(
  { sure, remember, object }: Extract<Answer, { kind: 'yes' }>,
  open: readonly Open[],
): AnswerJudgement {
  const matching = open.filter((one) => fits(object, one));
  const [one, ...more] = matching;
  if (!one) return { kind: 'other-target', approvals: open.map(({ approval }) => approval), named: object.join(' ') };
  if (more.length > 0) return { kind: 'which', approvals: matching.map(({ approval }) => approval) };
  return sure ? approving(one, remember) : { kind: 'say-back', approval: one.approval, verdict: 'approve' };
}

function approving({ approval }: Open, remember: boolean): AnswerJudgement {
  const why = remember ? whyNotTeachable(approval) : undefined;
  return why === undefined ? { kind: 'approve', approval, remember } : { kind: 'not-teachable', approval, why };
}

const isOwn = ({ action, undo }: Reading, { action: proposed }: Approval): boolean =>
  action === proposed.id && undo === (proposed.parameters.undo === true);

const shortest = (readings: readonly Reading[]): string =>
  readings.map(({ object }) => object.join(' ')).toSorted((a, b) => a.length - b.length)[0] ?? '';

const pronouns: readonly Tokens[] = ['it', 'this', 'that', 'this one', 'that one', 'the thing'].map((one) =>
  one.split(' '),
);
const articles: readonly Tokens[] = [['the'], ['this'], ['that'], ['our'], ['its']];
const links: ReadonlySet<string> = new Set(['of', 'in', 'on', 'at', 'for', 'from']);
const kinds: Readonly<Record<string, string>> = {
  CronJob: 'cronjob job cron',
  Job: 'job',
  Deployment: 'deployment deploy service app application workload',
  StatefulSet: 'statefulset sts service app application workload',
  DaemonSet: 'daemonset ds workload',
  Pod: 'pod',
  Node: 'node machine host',
  Execution: 'execution',
  SurrogateKey: 'key',
};

/** Whether these words can mean only the target of this approval. No words at all mean the target. */
export function fits(object: Tokens, { approval, environments }: Open): boolean {
  const { target, parameters, id } = approval.action;
  const { kind, name, namespace, cluster } = target;
  const targetWords = actionNamed(id)?.verbs.targetWords ?? [];
  const names = namesOf([
    approval.id,
    name,
    `${kind}/${name}`,
    ...(namespace === '' ? [] : [`${namespace}/${name}`, `${kind} ${namespace}/${name}`]),
  ]);
  const places = namesOf([cluster, ...(namespace === '' ? [] : [namespace]), ...environments]);
  const nouns = [...(kinds[kind] ?? '').split(' '), ...targetWords].filter((word) => word !== '').map((word) => [word]);
  const figures = ['from', 'to'].flatMap((end) =>
    parameters[end] === undefined ? [] : [[end, String(parameters[end]).toLowerCase()]],
  );
  const plain = [...names, ...pronouns, ...nouns, ...articles, ...figures];
  let rest = object;
  if (['the', 'our', 'its'].includes(rest.at(-1) ?? '')) return false;
  while (rest.length > 0) {
    const linked = links.has(rest[0] ?? '') ? rest.slice(1) : [];
    const taken = longestOf(plain, rest) ?? longestOf([...plain, ...places], linked);
    if (taken === undefined) return false;
    rest = (longestOf(plain, rest) === undefined ? linked : rest).slice(taken.length);
  }
  return true;
}

const longestOf = (phrases: readonly Tokens[], tokens: Tokens): Tokens | undefined =>
  phrases
    .filter((words) => words.every((word, place) => tokens[place] === word))
    .toSorted((a, b) => b.length - a.length)[0];

/** Each name as tokens: as it is written, and with spaces in place of the characters that join its parts. */
const namesOf = (names: readonly string[]): readonly Tokens[] =>
  names
    .flatMap((name) => [tokensOf(name), tokensOf(name.replaceAll(/[-_./]/g, ' '))])
    .filter((words) => words.length > 0);
