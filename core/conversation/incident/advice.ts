// Answers questions about an action: whether to do it, whether it would help, why it was not done, what else is possible, what would come of it.
// Everything is read from the record and the table of actions; the answer decides and approves nothing.
import type { Obstacle } from '../../causes/cause.ts';
import { causes } from '../../causes/causes.ts';
import type { Approval } from '../../model/action.ts';
import { causeTitleOf, type Hypothesis } from '../../model/diagnosis.ts';
import type { ActionDefinition } from '../../remediation/action-definition.ts';
import { taughtVerbs } from '../../remediation/action-verbs.ts';
import { actionNamed, actions } from '../../remediation/actions/index.ts';
import { impactText } from '../../remediation/impact.ts';
import { inverseText } from '../../remediation/question.ts';
import { shorten } from '../../text.ts';
import { capitalize, clockTime, confidenceWords, entityText, formatList } from '../../wording.ts';
import { type Asked, causeIn, type IncidentAnswer, latest, pendingIn } from './record.ts';

interface AdviceQuestion {
  readonly asks?: 'should' | 'help' | 'why-not' | 'why-ask' | 'else' | 'outcome' | 'undo' | undefined;
  /** The name of a verb (`taughtVerbs`). */
  readonly action?: string | undefined;
  readonly supposed?: 'nothing' | undefined;
}

export function answerAdvice(question: AdviceQuestion, asked: Asked): IncidentAnswer {
  const answer = wordsFor(question, asked);
  const waiting = pendingIn(asked).map(({ question: open }) => `That approves nothing; this waits: ${open}`);
  return { ...answer, lines: [...answer.lines, ...waiting] };
}

function wordsFor({ asks = 'should', action, supposed }: AdviceQuestion, asked: Asked): IncidentAnswer {
  const named = action === undefined ? [] : definitionsOf(action);
  const pending = pendingIn(asked);
  const open = pending.find((one) => named.length === 0 || named.some(({ id }) => id === one.action.id));
  switch (asks) {
    case 'should':
    case 'help':
      return whether(named, action, open, asked);
    case 'why-not':
      return whyNot(named, action, open, asked);
    case 'why-ask':
      return whyAsk(open ?? pending[0] ?? asked.approvals.at(-1), asked);
    case 'else':
      return whatElse(asked);
    case 'outcome':
      return supposed === 'nothing'
        ? ifNothing(asked)
        : outcome(named, action, open ?? (action === undefined ? asked.approvals.at(-1) : undefined), asked);
    case 'undo':
      return undo(open ?? asked.approvals.at(-1));
  }
}

const definitionsOf = (verb: string): readonly ActionDefinition[] =>
  (taughtVerbs.find(({ name }) => name === verb)?.actions ?? []).flatMap((id) => actionNamed(id) ?? []);

/** Whether the person should do it, or whether it would help: by what was done, by the open question, by the cause. */
function whether(
  named: readonly ActionDefinition[],
  verb: string | undefined,
  open: Approval | undefined,
  asked: Asked,
): IncidentAnswer {
  const cause = causeIn(asked);
  const done = latest(asked, 'ActionFinished');
  const check = latest(asked, 'VerificationFinished');
  if (
    done !== undefined &&
    check !== undefined &&
    (named.length === 0 || named.some(({ id }) => id === done.action.id))
  )
    return {
      text: `It was done already (${done.action.title}), and the check afterwards said: ${verdicts[check.verdict]}.`,
      lines: [shorten(check.text, 400)],
    };
  if (cause === undefined)
    return {
      text:
        asked.diagnosis === undefined
          ? 'Wait for the diagnosis: the specialists are still at work.'
          : 'The cause is not known, so I cannot say that any action would help.',
      lines: reasonLines(asked),
      choices: ['what did you check?'],
    };
  if (open !== undefined)
    return {
      text: `I think so: ${lower(open.action.title)} is what I propose against what was found (${about(cause)}).`,
      lines: [
        `Touches: ${impactText(open.action.affects) || open.action.blastRadius}`,
        `Can be taken back: ${inverseText(open)}`,
        ...cause.against.slice(0, 2).map((reason) => `Against it: ${reason}`),
      ],
      choices: ['what could go wrong?', 'why?'],
    };
  if (named.length === 0) {
    const [proposed] = pendingIn(asked);
    return proposed === undefined
      ? { text: 'I propose no action here.', lines: reasonLines(asked), choices: ['what else could you do?'] }
      : whether([], undefined, proposed, asked);
  }
  if (latest(asked, 'DecisionMade') === undefined)
    return {
      text: `The decision is not made yet; what was found so far: ${about(cause)}. Ask again in a few seconds.`,
      lines: [],
      choices: ['status'],
    };
  const against = whyNotHelpful(named, cause);
  return {
    text: `I would not expect ${gerund(verb)} to help: ${against}.`,
    lines: [...reasonLines(asked), ...nextLines(asked)],
    choices: ['what else could you do?', 'why?'],
  };
}

const verdicts = {
  recovered: 'it recovered',
  'not-recovered': 'it did not recover',
  'made-worse': 'it got worse',
  unknown: 'whether it recovered is not known',
} as const;

const about = (cause: Hypothesis): string =>
  `${lower(causeTitleOf(cause))} at ${entityText(cause.entity)}, ${confidenceWords(cause.confidence)}`;

/** The reason of the cause itself, or that the action is for other causes. A clause without a full stop. */
function whyNotHelpful(named: readonly ActionDefinition[], cause: Hypothesis): string {
  if (!named.some(({ kinds }) => kinds.includes(cause.entity.kind)))
    return `it is for ${formatList([...new Set(named.flatMap(({ kinds }) => kinds))], 3)}, and the cause is at ${entityText(cause.entity)}`;
  const entry = causes[cause.cause];
  const obstacle = entry.obstacles.find((one) => named.some(({ id }) => stoppedBy[one].includes(verbFamily(id))));
  if (obstacle !== undefined) return obstacleWords[obstacle](entityText(cause.entity));
  const mends = new Set(named.flatMap((one) => one.mends));
  if (!mends.has(cause.cause))
    return `it is for ${formatList(
      [...mends].slice(0, 3).map((one) => causes[one].title.toLowerCase()),
      3,
    )}, and what was found is ${about(cause)}`;
  return 'a check of this incident rules it out, or the policies do not allow it';
}

const verbFamily = (id: string): 'rerun' | 'pods' | 'scale' | 'rollback' | 'other' =>
  /^(?:rerun|retry)/.test(id)
    ? 'rerun'
    : /^(?:restart|delete)/.test(id)
      ? 'pods'
      : /^scale/.test(id)
        ? 'scale'
        : /^rollback/.test(id)
          ? 'rollback'
          : 'other';

const stoppedBy: Readonly<Record<Obstacle, readonly string[]>> = {
  'next-run-meets-it': ['rerun'],
  'new-pods-meet-it': ['pods'],
  'lies-in-dependency': ['pods', 'scale', 'rollback'],
  'no-room-for-pods': ['pods', 'scale'],
  'registry-gives-no-image': ['pods', 'rollback'],
  'takes-no-more-load': ['scale'],
  'is-down': ['rerun'],
};

const obstacleWords: Readonly<Record<Obstacle, (it: string) => string>> = {
  'next-run-meets-it': () => 'another run would meet the same error',
  'new-pods-meet-it': () => 'new pods would meet the same error',
  'lies-in-dependency': (it) => `the cause lies elsewhere (${it})`,
  'no-room-for-pods': () => 'no further pod can be created or placed',
  'registry-gives-no-image': () => 'the registry gives no image for any pod',
  'takes-no-more-load': () => 'more load makes it worse',
  'is-down': (it) => `${it} is still down`,
};

/** What the decision said, in its own words. */
function reasonLines(asked: Asked): string[] {
  const decision = latest(asked, 'DecisionMade');
  return decision === undefined || decision.decision === 'ask' || decision.why === ''
    ? []
    : [`The decision: ${shorten(decision.why, 500)}`];
}

const nextLines = ({ diagnosis, incident }: Asked): string[] =>
  diagnosis?.next === undefined || incident.outcome === 'recovered' ? [] : [diagnosis.next];

function whyNot(
  named: readonly ActionDefinition[],
  verb: string | undefined,
  open: Approval | undefined,
  asked: Asked,
): IncidentAnswer {
  const what = verb === undefined ? 'act' : verb;
  const done = latest(asked, 'ActionFinished');
  if (done?.result.kind === 'done' && (named.length === 0 || named.some(({ id }) => id === done.action.id)))
    return { text: `I did: ${done.action.title}.`, lines: [] };
  if (open !== undefined) return { ...whyAsk(open, asked), text: `I asked and wait for an answer: ${open.question}` };
  const last = asked.approvals.findLast((one) => named.length === 0 || named.some(({ id }) => id === one.action.id));
  if (last?.state === 'expired') return { text: `I asked, and nobody answered in time: ${last.question}`, lines: [] };
  if (last?.state === 'withdrawn') return { text: `The question was withdrawn: ${last.withdrawnWhy}`, lines: [] };
  if (last?.state === 'decided' && last.verdict === 'reject')
    return { text: `${last.decidedBy} rejected it at ${clockTime(last.decidedAt)}: ${last.question}`, lines: [] };
  const refused = latest(asked, 'ActionRefused');
  if (refused !== undefined) return { text: `It was refused: ${shorten(refused.why, 400)}`, lines: [] };
  const cause = causeIn(asked);
  if (cause === undefined)
    return {
      text:
        asked.diagnosis === undefined ? 'There is no diagnosis yet.' : 'The cause is not known, and I act on no guess.',
      lines: reasonLines(asked),
    };
  if (latest(asked, 'DecisionMade') === undefined)
    return { text: `Not yet: the decision is still to be made. What was found so far: ${about(cause)}.`, lines: [] };
  const other = pendingIn(asked)[0];
  const why = named.length === 0 ? undefined : whyNotHelpful(named, cause);
  return {
    text:
      why === undefined
        ? `I did not ${what} because no action was found that would help: ${about(cause)}.`
        : `I did not ${what} it because ${why}.`,
    lines: [
      ...reasonLines(asked),
      ...(other === undefined ? nextLines(asked) : [`I propose this instead: ${lower(other.action.title)}.`]),
    ],
    choices: ['what else could you do?', 'why?'],
  };
}

function whyAsk(approval: Approval | undefined, asked: Asked): IncidentAnswer {
  if (approval === undefined)
    return { text: 'I asked nothing here.', lines: reasonLines(asked), choices: ['what else could you do?'] };
  const cause = causeIn(asked);
  return {
    text:
      cause === undefined
        ? `I proposed it by the policies: ${approval.why}`
        : `I propose it because of what was found: ${about(cause)}. I act without asking only where a person has taught that for exactly this error.`,
    lines: [
      ...(cause?.why.slice(0, 4).map((reason) => `For it: ${reason}`) ?? []),
      ...(cause?.against.slice(0, 2).map((reason) => `Against it: ${reason}`) ?? []),
      ...(approval.why === '' ? [] : [`Policy: ${shorten(approval.why, 400)}`]),
      ...(approval.approvers > 1
        ? [`${approval.approvers} people have to approve, because it is an action of high stakes.`]
        : []),
    ],
    choices: ['what could go wrong?', 'show me the evidence'],
  };
}

function whatElse(asked: Asked): IncidentAnswer {
  const cause = causeIn(asked);
  if (cause === undefined)
    return {
      text: 'Without a known cause I propose no action.',
      lines: [...reasonLines(asked), ...nextLines(asked)],
      choices: ['what did you check?', 'what other explanations did you consider?'],
    };
  const tried = new Set(asked.approvals.map(({ action }) => action.id));
  const fitting = actions.filter(
    ({ id, mends, kinds }) => !tried.has(id) && mends.includes(cause.cause) && kinds.includes(cause.entity.kind),
  );
  const rivals = (asked.diagnosis?.hypotheses ?? []).filter(
    (one) => one.rank > 1 && one.ruledOut === undefined && one.cause !== 'unknown',
  );
  return {
    text:
      fitting.length === 0
        ? `No other action of mine fits ${causeTitleOf(cause).toLowerCase()} at ${entityText(cause.entity)}.`
        : `These actions are also for this cause, where their checks and the policies allow them: ${formatList(
            fitting.map(({ verbs }) => verbs.nouns[0] ?? ''),
            4,
          )}.`,
    lines: [
      ...pendingIn(asked).map(({ action }) => `I propose: ${lower(action.title)}.`),
      ...reasonLines(asked),
      ...nextLines(asked),
      ...rivals
        .slice(0, 2)
        .map(
          (one) =>
            `If it is ${about(one)}: ${causes[one.cause].nextStep({ it: `${one.entity.kind} ${one.entity.name}`, orRollBack: '', isRuledOut: () => false })}.`,
        ),
      `So that it does not come back: ${causes[cause.cause].prevention(`${cause.entity.kind} ${cause.entity.name}`)}`,
    ],
    choices: ['why?', 'has this happened before?'],
  };
}

function ifNothing(asked: Asked): IncidentAnswer {
  const [open] = pendingIn(asked);
  const cause = causeIn(asked);
  const lasts = cause === undefined ? undefined : kindWords[causes[cause.cause].kind](entityText(cause.entity));
  return {
    text:
      open === undefined
        ? `Nothing waits here, so nothing of mine changes. ${lasts ?? 'What becomes of the problem is not known.'}`
        : `At ${clockTime(open.expiresAt)} the question expires and I take no action. ${lasts ?? ''}`.trim(),
    lines: asked.incident.outcome === 'recovered' ? ['The recovery was verified.'] : nextLines(asked),
  };
}

const kindWords = {
  state: (it: string) => `The state of ${it} lasts until somebody changes it, by all that is known.`,
  run: (it: string) => `The failed run stays failed; whether the next run of ${it} passes depends on the cause.`,
  change: (it: string) => `The change stays live on ${it} until somebody takes it back.`,
} as const;

function outcome(
  named: readonly ActionDefinition[],
  verb: string | undefined,
  approval: Approval | undefined,
  asked: Asked,
): IncidentAnswer {
  if (approval !== undefined) {
    const { action } = approval;
    return {
      text: shorten(action.blastRadius, 500),
      lines: [
        `Target: ${entityText(action.target)}`,
        ...(impactText(action.affects) === '' ? [] : [`Touches: ${impactText(action.affects)}`]),
        `Can be taken back: ${inverseText(approval)}`,
        `Afterwards: I wait ${action.settleSeconds} s and check: ${action.verify} If it got worse, I ask whether to take it back.`,
      ],
      choices: ['what happens if nobody answers?', 'who needs to approve?'],
    };
  }
  const cause = causeIn(asked);
  const fits = named.find(({ kinds }) => cause !== undefined && kinds.includes(cause.entity.kind));
  if (fits === undefined || cause === undefined)
    return {
      text:
        verb === undefined
          ? 'No action is proposed here, so nothing would be done.'
          : `I propose no ${verb} here, so its effect was not worked out.`,
      lines: reasonLines(asked),
      choices: ['what else could you do?'],
    };
  const { entity } = cause;
  const target = { ...entity, cluster: entity.cluster ?? '', namespace: entity.namespace ?? '' };
  const help = fits.mends.includes(cause.cause) ? undefined : whyNotHelpful(named, cause);
  return {
    text: `In general: ${shorten(fits.blastRadius(target, {}), 400)}`,
    lines: [
      help === undefined
        ? 'I have not proposed it here, so its target was not read for this.'
        : `I would not expect it to help: ${help}.`,
      ...reasonLines(asked),
    ],
    choices: ['what else could you do?'],
  };
}

const undo = (approval: Approval | undefined): IncidentAnswer =>
  approval === undefined
    ? { text: 'No action was proposed or done here, so there is nothing to take back.', lines: [] }
    : {
        text: `${capitalize(lower(approval.action.title))}: can it be taken back? ${inverseText(approval)}`.replace(
          /(?<![.?!])$/,
          '.',
        ),
        lines: ['If the check afterwards shows that it got worse, I ask whether to take it back.'],
      };

const lower = (title: string): string => title.charAt(0).toLowerCase() + title.slice(1);
const gerunds: Readonly<Record<string, string>> = { rerun: 'a rerun', restart: 'a restart', rollback: 'a rollback' };
const gerund = (verb: string | undefined): string => (verb === undefined ? 'that' : (gerunds[verb] ?? `"${verb}"`));
