// Renders answers about an incident from its record. Pure.

import type { Approval } from '../model/action.ts';
import { causeTitleOf, type Diagnosis, type Hypothesis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import { missingAmong } from '../model/report.ts';
import type { TimelineEntry } from '../model/timeline.ts';
import { chainLines, raisesOf } from '../reporting/chain.ts';
import { placeInGroup } from '../reporting/membership.ts';
import { statusViewOf } from '../reporting/status-view.ts';
import { capitalize, clockTime, confidenceWords, formatPercent } from '../wording.ts';

export interface Words {
  /** The answer in a sentence or two. */
  readonly text: string;
  readonly lines: readonly string[];
}

const nameOf = (hypothesis: Hypothesis): string =>
  `${hypothesis.entity.kind} ${hypothesis.entity.name} (${causeTitleOf(hypothesis).toLowerCase()})`;

/** Explains the rank of a hypothesis: of the one that the question names, else of the first. */
export function whyWords(question: string, diagnosis: Diagnosis, names: ReadonlyMap<string, string>): Words {
  const { hypotheses, gaps, symptoms } = diagnosis;
  const [first] = hypotheses;
  if (!first || first.cause === 'unknown') {
    return {
      text: 'I do not know the cause, and I do not guess.',
      lines: [
        ...hypotheses.slice(1, 3).map((one) => `A lead: ${nameOf(one)}, ${formatPercent(one.confidence)}.`),
        ...missingAmong(gaps)
          .slice(0, 4)
          .map(({ source, reason }) => `Not known: ${source}: ${reason}`),
      ],
    };
  }
  const named = namedHypothesis(question, hypotheses);
  if (named === 'none')
    return {
      text: `No finding supports that. The diagnosis that is ${confidenceWords(first.confidence)}: ${nameOf(first)}.`,
      lines: [...chainLines(first, names), ...reasonsOf(first, names)],
    };
  const one = named ?? first;
  const place = one.rank === 1 ? '' : `It is not first: ${nameOf(first)} explains more. `;
  return {
    text: `${place}${nameOf(one)} is ${confidenceWords(one.confidence)} (${formatPercent(one.confidence)}).`,
    lines: [
      ...chainLines(one, names),
      ...reasonsOf(one, names),
      ...(one.rank === 1 ? raisesOf(diagnosis).map((raise) => `This would raise the confidence: ${raise}`) : []),
      ...(one.rank === 1 && symptoms.length > 0 ? [`It explains: ${symptoms.slice(0, 5).join('; ')}`] : []),
    ],
  };
}

/** `names`: names of the pieces of evidence, with the numbers that the diagnosis cites. */
const reasonsOf = ({ why, against, evidenceIds }: Hypothesis, names: ReadonlyMap<string, string>): string[] => [
  ...why.map((reason) => `For it: ${reason}`),
  ...against.map((reason) => `Against it: ${reason}`),
  `Evidence: ${evidenceIds.flatMap((id) => names.get(id) ?? []).join(' · ') || 'it cannot be read any more'}.`,
];

/** Words for the kind of cause that a person suspects, each with a pattern of the cause ids of that kind. */
const kinds: readonly (readonly [RegExp, RegExp])[] = [
  [/\b(?:databases?|db|mysql|postgres|sql)\b/, /^(?:database|disk)/],
  [/\b(?:deploy(?:ment)?s?|release|change|commit|rollout)\b/, /change|rollout/],
  [/\b(?:network|dns|connection)\b/, /network|dns/],
  [/\b(?:memory|oom)\b/, /oom|memory/],
  [/\b(?:cpu)\b/, /cpu/],
  [/\b(?:nodes?|machine|host)\b/, /^node/],
  [/\b(?:certificate|tls|ssl)\b/, /certificate/],
  [/\b(?:traffic|load|surge)\b/, /traffic|hpa/],
  [/\b(?:vendor|cdn|fastly|provider|aws)\b/, /vendor/],
  [/\b(?:cache|redis|queue|kafka)\b/, /^$/],
];

/** The hypothesis that a question names, by entity or by kind of cause; `none` if the question names one that the diagnosis does not contain. */
function namedHypothesis(question: string, hypotheses: readonly Hypothesis[]): Hypothesis | 'none' | undefined {
  const lower = ` ${question.toLowerCase()} `;
  const byName = hypotheses.find(({ entity }) => lower.split(/[^a-z0-9-]+/).includes(entity.name.toLowerCase()));
  if (byName) return byName;
  const byRank = /\b(?:hypothesis|number|no\.?) ?(\d)\b/.exec(lower)?.[1];
  const ranked = hypotheses.find(({ rank }) => rank === Number(byRank));
  if (byRank !== undefined) return ranked ?? 'none';
  const byChange = hypotheses.find(({ changeId }) => changeId !== undefined && lower.includes(changeId.toLowerCase()));
  if (byChange) return byChange;
  const matching = kinds.filter(([words]) => words.test(lower));
  if (matching.length === 0) return undefined;
  return (
    hypotheses.find(({ cause, entity, changeId }) =>
      matching.some(
        ([words, codes]) =>
          codes.test(cause) ||
          words.test(entity.name.toLowerCase()) ||
          (changeId !== undefined && words.test('change')),
      ),
    ) ?? 'none'
  );
}

export function statusWords(
  incident: Incident,
  diagnosis: Diagnosis | undefined,
  timeline: readonly TimelineEntry[],
  pending: readonly Approval[],
): Words {
  const first = diagnosis?.hypotheses[0];
  const latest = timeline.filter(({ kind }) => ['action', 'verification', 'decision', 'failure'].includes(kind)).at(-1);
  return {
    text: incident.status === 'closed' || incident.status === 'failed' ? endWords(incident) : states[incident.status],
    lines: [
      ...placeInGroup(incident),
      ...(first ? [`${first.summary} ${capitalize(confidenceWords(first.confidence))}.`] : []),
      ...(diagnosis?.next === undefined || incident.outcome === 'recovered' ? [] : [`Next: ${diagnosis.next}`]),
      ...(latest ? [`Last: ${latest.text} (${clockTime(latest.at)})`] : []),
      ...pending.map(({ question, expiresAt }) => `Waits for an answer until ${clockTime(expiresAt)}: ${question}`),
      ...(incident.trigger.kind === 'page' ? [pageWords[incident.pageStatus]] : []),
    ],
  };
}

const pageWords: Record<Incident['pageStatus'], string> = {
  triggered: 'Nobody has acknowledged the page.',
  acknowledged: 'The page is acknowledged.',
  resolved: 'The page is resolved.',
};

/** The outcome of the incident and who owns it. The investigation is over in every case. */
function endWords(incident: Incident): string {
  const { text: status, has } = statusViewOf(incident);
  const broke = incident.status === 'failed' ? ' The thread contains the findings until then.' : '';
  return `The investigation is over. ${status}.${broke}${has === undefined ? '' : ` ${has}`}`;
}

const states: Record<Exclude<Incident['status'], 'closed' | 'failed'>, string> = {
  waiting: 'The incident is queued; other incidents are investigated first.',
  investigating: 'The specialists are still investigating.',
  'awaiting-approval': "The diagnosis is complete, and a question waits for a person's answer.",
  acting: 'Watchkeeper is running the action.',
  verifying: 'The action is done; Watchkeeper is checking whether it helped.',
  grouped: 'The incident belongs to another incident, whose investigation covers both.',
};

/** Lists what each specialist checked and which sources gave no answer. */
export function checkedWords(timeline: readonly TimelineEntry[], diagnosis: Diagnosis | undefined): Words {
  const checks = timeline.filter(({ step, kind }) => step === 'Investigate' && (kind === 'finding' || kind === 'gap'));
  const who = [...new Set(checks.map(({ actor }) => actor))];
  const gaps = (diagnosis?.gaps ?? []).map(
    ({ source, reason, nothingFound }) => `${nothingFound ? 'Nothing found' : 'No answer'}: ${source}: ${reason}`,
  );
  return {
    text:
      checks.length === 0
        ? 'Nothing yet; the specialists are on their way.'
        : `${who.length} specialists have looked: ${who.join(', ')}.`,
    lines: [...checks.map(({ actor, text }) => `${capitalize(actor)}: ${text}`), ...gaps],
  };
}

export const helpWords: Words = {
  text: 'Ask me about this incident, or tell me what to do.',
  lines: [
    '"what is the issue?" · "why do you think so?" · "show me the logs" · "what did you check?" · "status"',
    '"approve" or "reject" while a question waits',
    '"next time you see this exact error, don\'t ask me, just rerun it" · "ask me again" · "what do you remember?"',
    '"no, it was the cache" corrects the diagnosis, "yes, that was it" confirms it',
    '"remember that artist-api talks to session-cache" · "what do you know about artist-api?" · "forget that"',
    '"what was the cost of this account in November?" · "and in October?" · "by service" · "per day" · "why did it go up?" · "which account cost the most last month?"',
    '"this is separate" has a page that joined an incident investigated on its own',
    '"stop everything" throws the kill switch for all incidents; "kill switch off" takes it off',
  ],
};
