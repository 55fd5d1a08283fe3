// Answers utterances from the bus, in this process or through AgentCore Runtime.
import { Logger } from '@aws-lambda-powertools/logger';
import { authorizeSpeaker } from '../../core/conversation/authorize-speaker.ts';
import { handleButton } from '../../core/conversation/handle-button.ts';
import {
  type HandleUtterancePorts,
  handleUtterance,
  type UtteranceResult,
} from '../../core/conversation/handle-utterance.ts';
import { sessionOf } from '../../core/conversation/session.ts';
import { Utterance } from '../../core/model/utterance.ts';
import type { Ports } from '../../core/ports/index.ts';
import {
  type AgentRuntime,
  approvals,
  audit,
  bus,
  catalog,
  chat,
  clock,
  controls,
  conversationRuntime,
  costs,
  drafts,
  evidence,
  ids,
  incidents,
  levels,
  long,
  longRunner,
  memory,
  onCall,
  pageRequests,
  policies,
  preferences,
  reasoner,
  replies,
  seen,
  systemQuestions,
  threads,
  userDirectory,
  workflow,
} from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

/** How long an event id is remembered. The bus retries for a day. */
const rememberSeconds = 2 * 24 * 3600;

const logger = new Logger({ serviceName: 'watchkeeper' });

export const create = (ports: HandleUtterancePorts & Pick<Ports, 'seen' | 'userDirectory'>) =>
  handling('conversation', Utterance, async (utterance) => {
    const key = `conversation-${utterance.eventId}`;
    if (await ports.seen.has(key)) return { kind: 'nothing' };
    const result = await handle(utterance, ports);
    if (result.kind === 'answered') await ports.chat.publish(result.message);
    await ports.seen.claim(key, rememberSeconds);
    return { kind: result.kind };
  });

async function handle(
  utterance: Utterance,
  ports: HandleUtterancePorts & Pick<Ports, 'userDirectory'>,
): Promise<UtteranceResult> {
  const answer = await authorizeSpeaker(utterance, ports.userDirectory);
  switch (answer.kind) {
    case 'heard':
      return handleUtterance(utterance, ports);
    case 'ignored':
      logger.warn('not heard', { why: answer.why, eventId: utterance.eventId });
      return { kind: 'nothing' };
    case 'turned-away': {
      logger.warn('the sender of the press is no member of the organisation', { eventId: utterance.eventId });
      const message = await handleButton(answer.press, ports);
      return message === undefined ? { kind: 'nothing' } : { kind: 'answered', message };
    }
    case 'refused':
      return { kind: 'answered', message: answer.message };
  }
}

/** Forwards an utterance to AgentCore Runtime, into the session of its thread. */
export const forward = (runtime: AgentRuntime) =>
  handling('conversation-forward', Utterance, (utterance) => runtime.invoke(sessionOf(utterance), utterance));

/** Answers an utterance in this process. */
export const here = onLambda(() =>
  create({
    approvals: approvals(),
    audit: audit(),
    bus: bus(),
    catalog: catalog(),
    chat: chat(),
    clock: clock(),
    controls: controls(),
    costs: costs(),
    evidence: evidence(),
    ids: ids(),
    incidents: incidents(),
    levels: levels(),
    long: long(),
    longRunner: longRunner(),
    memory: memory(),
    onCall: onCall(),
    pageRequests: pageRequests(),
    policies: policies(),
    preferences: preferences(),
    reasoner: reasoner(),
    replies: replies(),
    seen: seen(),
    systemQuestions: systemQuestions(),
    telemetry: { knowledge: drafts() },
    threads: threads(),
    workflow: workflow(),
    userDirectory: userDirectory(),
  }),
);

export const handler = onLambda(() => {
  const runtime = conversationRuntime();
  return runtime === undefined ? here : forward(runtime);
});
