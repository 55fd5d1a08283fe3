import { type ListenPorts, listen } from '../../core/conversation/listen.ts';
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
  memory,
  policies,
  preferences,
  reasoner,
  seen,
  threads,
  workflow,
} from '../compose.ts';
import { answering, onLambda } from '../handle.ts';

/** The bus tries for a day. */
const rememberSeconds = 2 * 24 * 3600;

export const create = (ports: ListenPorts & Pick<Ports, 'seen'>) =>
  answering('conversation', Utterance, async (said) => {
    const key = `conversation-${said.eventId}`;
    if (await ports.seen.has(key)) return { kind: 'nothing' };
    const heard = await listen(said, ports);
    if (heard.kind === 'answered') await ports.chat.publish(heard.message);
    await ports.seen.claim(key, rememberSeconds);
    return { kind: heard.kind };
  });

/** Said on to where the stage holds its conversations, in the session of the thread. */
export const forward = (runtime: AgentRuntime) =>
  answering('conversation-forward', Utterance, (said) => runtime.invoke(sessionOf(said), said));

/** Answered in this process. */
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
    memory: memory(),
    policies: policies(),
    preferences: preferences(),
    reasoner: reasoner(),
    seen: seen(),
    telemetry: { knowledge: drafts() },
    threads: threads(),
    workflow: workflow(),
  }),
);

export const handler = onLambda(() => {
  const runtime = conversationRuntime();
  return runtime === undefined ? here : forward(runtime);
});
