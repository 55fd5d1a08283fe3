// Answers a person who responds to the open approval requests of an incident. If the words decide a request, it decides that request; otherwise it
// replies with the open requests and the answers that are possible. The decision itself is made by the function that buttons use too
// (core/remediation/answer.ts).

import { causes } from '../causes/causes.ts';
import type { Doubt } from '../language/doubts.ts';
import { type Answer, parseAnswer } from '../language/parse-answer.ts';
import type { Action, ActionId, Approval, Verdict } from '../model/action.ts';
import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { actionNamed } from '../remediation/actions/index.ts';
import { answerApproval } from '../remediation/answer.ts';
import { isTeachable } from '../remediation/question.ts';
import { shorten } from '../text.ts';
import { formatList } from '../wording.ts';
import { type AnswerJudgement, judgeAnswer, type Open } from './open-question.ts';
import type { Words } from './words.ts';

type ApprovalReplyPorts = Parameters<typeof answerApproval>[1] & Pick<Ports, 'memory'>;

export interface ApprovalReply extends Words {
  /** `approve` and `reject`: the person decided, or tried to decide. */
  readonly did: 'approve' | 'reject' | 'unclear';
  readonly choices: readonly (string | { readonly label: string; readonly says: string })[];
  /** Id of the approval whose question this reply repeats because the person said only "yes". */
  readonly repeatedApprovalId?: string;
}

interface AnswerContext {
  readonly incident: Incident;
  readonly by: string;
}

type UnderstoodAnswer = Exclude<Answer, { kind: 'nothing' | 'switch' }>;

export async function answerQuestion(
  answer: UnderstoodAnswer,
  context: AnswerContext,
  ports: ApprovalReplyPorts,
): Promise<ApprovalReply> {
  const approvals = await ports.approvals.ofIncident(context.incident.id);
  const open = await withPlaces(
    approvals.filter(({ state }) => state === 'pending'),
    ports,
  );
  const judgement = await confirmed(judgeAnswer(answer, open), context, ports);
  switch (judgement.kind) {
    case 'approve':
      return decide(judgement.approval, judgement.remember ? 'approve-and-remember' : 'approve', context, ports);
    case 'reject':
      return decide(judgement.approval, 'reject', context, ports);
    case 'none-open':
      return noneOpen(answer, approvals.at(-1));
    case 'say-back':
      return {
        ...unclear(`Do you mean this? ${judgement.approval.question}`, [], ways([judgement.approval])),
        ...(judgement.verdict === 'approve' ? { repeatedApprovalId: judgement.approval.id } : {}),
      };
    case 'which':
      return unclear(
        'More than one question is open. Which one do you mean?',
        judgement.approvals.map(({ question }) => question),
        ways(judgement.approvals),
      );
    case 'other-action':
      return unclear(
        `Nothing was approved: what waits is another action. ${whatWaits(judgement.approvals)}`,
        [
          ...judgement.actions.flatMap((id) => notOffered(id, judgement.approvals)),
          ...waysInWords(judgement.approvals),
        ],
        ways(judgement.approvals),
      );
    case 'other-target':
      return unclear(
        `Nothing was approved: the question is not about "${shorten(judgement.named, 100)}". ${whatWaits(judgement.approvals)}`,
        waysInWords(judgement.approvals),
        ways(judgement.approvals),
      );
    case 'doubt':
      return unclear(
        `Nothing was approved or rejected: ${doubts[judgement.why]} ${whatWaits(judgement.approvals)}`,
        waysInWords(judgement.approvals),
        ways(judgement.approvals),
      );
    case 'not-teachable':
      return unclear(
        `Nothing was approved: it cannot be remembered for next time. ${judgement.why}`,
        waysInWords([judgement.approval]),
        ways([judgement.approval]),
      );
  }
}

const doubts: Record<Doubt, string> = {
  question: 'that is a question.',
  quotation: 'that quotes somebody or something.',
  negation: 'the answer is partly yes and partly no.',
  condition: 'that is a condition or a thought, and I can only act now or not at all.',
  report: 'that tells of something that somebody did, or should do.',
  more: 'the message contains more than an answer, and I do not guess.',
};

const unclear = (text: string, lines: readonly string[], choices: ApprovalReply['choices']): ApprovalReply => ({
  did: 'unclear',
  text,
  lines,
  choices,
});

async function decide(
  approval: Approval,
  verdict: Verdict,
  { by }: AnswerContext,
  ports: ApprovalReplyPorts,
): Promise<ApprovalReply> {
  const result = await answerApproval({ approvalId: approval.id, verdict, by }, ports);
  const did = verdict === 'reject' ? 'reject' : 'approve';
  const no = did === 'reject' && result.kind === 'decided' ? ' That was a no to this question; nothing is done.' : '';
  return { did, text: `${approval.question} ${result.text}${no}`, lines: [], choices: [] };
}

/** The key under which the conversation memory notes that a question was repeated after a bare yes. */
export const repeatBackFor = (approvalId: string): string => `question:${approvalId}`;

/**
 * Approves if this is the person's second bare yes, right after we repeated this very question. A yes that answered something else does not count.
 */
async function confirmed(
  judgement: AnswerJudgement,
  { incident, by }: AnswerContext,
  { memory }: ApprovalReplyPorts,
): Promise<AnswerJudgement> {
  if (judgement.kind !== 'say-back' || judgement.verdict !== 'approve') return judgement;
  const earlier = await memory.utterances({ incidentId: incident.id, actor: by }).catch(() => []);
  const last = earlier.at(-1);
  const before = last === undefined ? undefined : parseAnswer(last.text);
  const repeated = before?.kind === 'yes' && !before.sure && last?.about === repeatBackFor(judgement.approval.id);
  return repeated ? { kind: 'approve', approval: judgement.approval, remember: false } : judgement;
}

function noneOpen(answer: UnderstoodAnswer, latest: Approval | undefined): ApprovalReply {
  const settled = latest === undefined ? '' : ` ${latest.question} is ${latest.state}.`;
  if (answer.kind === 'no') {
    const { text, lines, choices } = nothingToStop;
    return unclear(`${text}${settled}`, lines, choices);
  }
  if (answer.kind === 'yes') return { did: 'approve', text: `No question is open.${settled}`, lines: [], choices: [] };
  return unclear(
    `No question is open, and I take no action.${settled}`,
    ['I propose an action if the findings show that it fixes the cause, and run it after an approval.'],
    ['why?', 'status'],
  );
}

/** The reply to "stop" if no approval is open. */
export const nothingToStop = {
  text: 'No question is open here. To stop all actions in all incidents, say "stop everything".',
  lines: [],
  choices: ['stop everything', 'status'],
} as const;

const whatWaits = (approvals: readonly Approval[]): string =>
  `${approvals.length === 1 ? 'This waits' : 'These wait'}: ${approvals.map(({ question }) => question).join(' ')}`;

/** Each button carries the approval's id, so a late press answers no other question. */
const ways = (approvals: readonly Approval[]): ApprovalReply['choices'] =>
  approvals.length === 1
    ? approvals.flatMap(({ id }) => [
        { label: 'Approve', says: `approve ${id}` },
        { label: 'Reject', says: `reject ${id}` },
      ])
    : approvals
        .slice(0, 5)
        .map(({ id, question }) => ({ label: shorten(`Approve: ${question}`, 75), says: `approve ${id}` }));

const waysInWords = (approvals: readonly Approval[]): string[] =>
  approvals.map((approval) => {
    const [verb] = verbsOf(approval.action);
    const own = verb === undefined ? '' : ` or "${verb}"`;
    const remembered = isTeachable(approval) ? ', "approve and don\'t ask again"' : '';
    return `Say "approve"${own}${remembered} for: ${approval.question} Or "reject".`;
  });

function verbsOf({ id, parameters }: Action): string[] {
  const verbs = actionNamed(id)?.verbs;
  const own = (parameters.undo === true ? verbs?.undoes : verbs?.does) ?? [];
  return own.map((phrase) => phrase.replace('*', 'it'));
}

/** The reason why the action that the person named is not on offer. */
function notOffered(id: ActionId, approvals: readonly Approval[]): string[] {
  const entry = actionNamed(id);
  const [approval] = approvals;
  if (entry === undefined || approval === undefined) return [];
  const { kind } = approval.action.target;
  const name = entry.verbs.nouns[0] ?? id;
  if (!entry.kinds.includes(kind))
    return [`A ${name} is for ${formatList(entry.kinds, 3)}, and this is about a ${kind}.`];
  const mends = entry.mends.map((cause) => causes[cause].title.toLowerCase());
  return [`A ${name} is asked where what was found is one of: ${formatList(mends, 4)}.`];
}

/** Lines that list the open approvals, for a person who talked about something else. */
export async function stillOpen(incidentId: string, ports: Pick<Ports, 'approvals'>): Promise<string[]> {
  const open = await openIn(incidentId, ports);
  return open.map(({ question }) => `That approves nothing; this still waits: ${question}`);
}

export const openIn = async (incidentId: string, { approvals }: Pick<Ports, 'approvals'>): Promise<Approval[]> =>
  (await approvals.ofIncident(incidentId)).filter(({ state }) => state === 'pending');

async function withPlaces(approvals: readonly Approval[], { catalog }: ApprovalReplyPorts): Promise<Open[]> {
  const { clusters, environments } = await catalog.load();
  return approvals.map((approval) => {
    const name = approval.action.target.cluster;
    const placed = clusters.find((one) => one.name === name || one.aliases.includes(name))?.environment;
    const known = placed === undefined ? [] : [placed, ...(environments[placed]?.aliases ?? [])];
    return { approval, environments: known };
  });
}
