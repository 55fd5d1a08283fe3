// Handles a press of an approval button that arrives from the event bus: it counts the verdict and tells the person the result. It replies to the
// press's response URL as long as that works. If we handle a press late (docs/operations.md, dead letters), the reply goes to the thread.

import type { Verdict } from '../model/action.ts';
import type { Message } from '../model/message.ts';
import type { Place, Press } from '../model/utterance.ts';
import type { Ports } from '../ports/index.ts';
import { verdictLabels } from '../record/labels.ts';
import { threadOf } from '../record/thread.ts';
import { redact } from '../redaction/redact.ts';
import { type Answer, answerApproval } from '../remediation/answer.ts';
import { questionMessage } from '../remediation/question.ts';
import { clean, shorten } from '../text.ts';
import { clockTime } from '../wording.ts';

export type HandleButtonPorts = Parameters<typeof answerApproval>[1] & Pick<Ports, 'replies' | 'chat'>;

interface PressReply {
  readonly text: string;
  /** The approval request in its current state, if that has changed. */
  readonly question?: Message | undefined;
  /** We must tell the person in words, because a changed request alone would not show it. */
  readonly late?: boolean;
}

/** Lifetime of Slack's response_url: half an hour (https://docs.slack.dev/interactivity/handling-user-interaction). */
const replyMs = 30 * 60_000;

/** Returns the message that is still to be published in the thread, or undefined. The decision stands even if nobody can be told. */
export async function handleButton(press: Press, ports: HandleButtonPorts): Promise<Message | undefined> {
  if (press.kind === 'refused-press')
    return sendReply(
      press,
      { text: 'Only members of the organisation that runs Watchkeeper can decide here. I took no action.' },
      undefined,
      ports,
    );
  const { approvalId, verdict, by } = press;
  const answer = await answerApproval({ approvalId, verdict, by }, ports);
  const incidentId = 'approval' in answer ? answer.approval.incidentId : undefined;
  return sendReply(press, pressReplyOf(answer, press), incidentId, ports);
}

function pressReplyOf(answer: Answer, { at }: Press): PressReply {
  switch (answer.kind) {
    case 'decided':
    case 'already':
    case 'counted':
      return { text: answer.text, question: questionMessage(answer.approval) };
    case 'expired': {
      const { approval } = answer;
      const question = questionMessage(approval);
      if (approval.state !== 'expired' || at >= approval.expiresAt) return { text: answer.text, question };
      const text = `${answer.text} You pressed the button in time, at ${clockTime(at)}, but Watchkeeper processed the press too late.`;
      return { text, question, late: true };
    }
    case 'not-allowed':
    case 'not-found':
      return { text: answer.text };
  }
}

async function sendReply(
  press: Press,
  reply: PressReply,
  incidentId: string | undefined,
  ports: HandleButtonPorts,
): Promise<Message | undefined> {
  if (reply.late !== true && (await replied(press, reply, ports))) return undefined;
  const { place, eventId, by } = press;
  // Nothing that a stranger causes is posted in public.
  if (place === undefined || press.kind === 'refused-press') return undefined;
  const incident = incidentId === undefined ? undefined : await ports.incidents.get(incidentId);
  if (reply.question && incident) await ports.chat.publish({ ...reply.question, ...threadOf(incident.trigger) });
  return inThread({ eventId, by, place, verdict: press.verdict }, clean(redact(reply.text)), incidentId);
}

async function replied(
  { at, replyTo }: Press,
  { text, question }: PressReply,
  ports: HandleButtonPorts,
): Promise<boolean> {
  if (replyTo === undefined || ports.clock.now().getTime() - Date.parse(at) > replyMs) return false;
  try {
    await ports.replies.reply(replyTo, { text, message: question });
    return true;
  } catch {
    return false;
  }
}

const inThread = (
  press: { readonly eventId: string; readonly by: string; readonly place: Place; readonly verdict: Verdict },
  text: string,
  incidentId = 'none',
): Message => ({
  key: `answer-${press.eventId}`,
  incidentId,
  kind: 'answer',
  asked: { by: press.by, text: verdictLabels[press.verdict], unseen: true },
  headline: shorten(text, 300),
  lines: text.length <= 300 ? [] : [shorten(text, 1500)],
  slack: { channel: press.place.channel, threadTs: press.place.threadTs },
});
