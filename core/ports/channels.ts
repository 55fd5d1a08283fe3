// Ports to people and other programs: bus, workflow, pager, chat, model, memory, policy.

import type { BusEvent } from '../model/events.ts';
import type { FactStatement, ServiceFact } from '../model/fact.ts';
import type { Message } from '../model/message.ts';
import type { Matcher, Named, PageRequest, PageRequestKind } from '../model/page-request.ts';
import type { Brief, Gap, Report } from '../model/report.ts';
import type { SlackOrigin, SlackUserKind } from '../model/slack-origin.ts';
import type { SystemAnswer, SystemRequest } from '../model/system-answer.ts';
import type { ChatMessage } from '../model/utterance.ts';

export interface Bus {
  /** Returns once the bus has stored the event; throws `Unavailable` otherwise. */
  publish(event: BusEvent): Promise<void>;
}

export interface Workflow {
  /** Sends a waiting execution its output. `gone`: the execution no longer waits for this token. */
  resume(taskToken: string, output: unknown): Promise<'resumed' | 'gone'>;
}

/** Reports that a task is at work, so that its execution waits on. */
export interface Heartbeats {
  send(taskToken: string): Promise<'waits' | 'gone'>;
}

export interface PagerAlert {
  readonly summary: string;
  readonly severity?: string | undefined;
  readonly details: Readonly<Record<string, string>>;
}

/** PagerDuty. Without a token every call returns a gap; it never throws. */
export interface Pager {
  alerts(
    sourceId: string,
  ): Promise<
    { readonly kind: 'data'; readonly alerts: readonly PagerAlert[] } | { readonly kind: 'gap'; readonly gap: Gap }
  >;
  note(
    sourceId: string,
    text: string,
  ): Promise<{ readonly kind: 'written' } | { readonly kind: 'gap'; readonly gap: Gap }>;
  /**
   * Changes the PagerDuty status; PagerDuty itself notifies the responders. An incident that already has the status, or is resolved, is not changed.
   */
  mark(
    sourceId: string,
    status: 'acknowledged' | 'resolved',
  ): Promise<{ readonly kind: 'written' } | { readonly kind: 'gap'; readonly gap: Gap }>;
  /**
   * Updates subscribers who follow the incident without working on it. They receive mail or phone messages, so use it rarely. The same text is sent
   * once.
   */
  statusUpdate(
    sourceId: string,
    text: string,
  ): Promise<{ readonly kind: 'written' } | { readonly kind: 'gap'; readonly gap: Gap }>;
}

/** A person on call, as the schedules of the pager say. */
export interface OnCallPerson {
  readonly name: string;
  /** The place in the escalation policy, from 1. */
  readonly level: number;
  readonly policy: string;
  readonly schedule?: string | undefined;
  /** The end of the shift. */
  readonly until?: string | undefined;
}

/** The schedules of the pager, read only. It never throws. */
export interface OnCallSchedules {
  /** The people on call now for these services of the pager, lowest level first. */
  now(
    serviceIds: readonly string[],
  ): Promise<
    { readonly kind: 'data'; readonly people: readonly OnCallPerson[] } | { readonly kind: 'gap'; readonly gap: Gap }
  >;
}

/** Where people read and answer: Slack, or the console. Publishing a key again replaces the earlier message. */
export interface Chat {
  publish(message: Message): Promise<void>;
}

/** Reads chat messages on demand. A message that cannot be read is a gap, never an error. */
export interface Threads {
  /** The thread's messages, the parent first. */
  read(place: {
    readonly channel: string;
    readonly threadTs: string;
  }): Promise<
    | { readonly kind: 'data'; readonly messages: readonly ChatMessage[]; readonly channelName?: string | undefined }
    | { readonly kind: 'gap'; readonly gap: Gap }
  >;
  /** One message; undefined if there is none. */
  message(place: {
    readonly channel: string;
    readonly ts: string;
  }): Promise<
    { readonly kind: 'data'; readonly message: ChatMessage | undefined } | { readonly kind: 'gap'; readonly gap: Gap }
  >;
}

/** Identifies our chat workspace and the users in it. */
export interface UserDirectory {
  /** Throws `Unavailable` if it cannot be read now. */
  origin(): Promise<SlackOrigin>;
  /** `unknown` if it cannot be read now. */
  who(userId: string): Promise<SlackUserKind>;
}

/** Tells the person who pressed a button about the result; nobody else sees it. */
export interface Replies {
  /** `to` is the address that came with the press. `message` replaces the message with the button. Throws `Unavailable`. */
  reply(to: string, answer: { readonly text: string; readonly message?: Message | undefined }): Promise<void>;
}

export interface PolicyRequest {
  readonly actor: { readonly kind: 'preference' | 'person' | 'watchkeeper'; readonly id: string };
  readonly action: string;
  readonly target: {
    readonly kind: string;
    readonly name: string;
    readonly namespace: string;
    readonly cluster: string;
  };
  readonly context: Readonly<Record<string, string | number | boolean>>;
}

export interface PolicyAnswer {
  readonly allowed: boolean;
  /** Ids of the policies that decided. */
  readonly policies: readonly string[];
  readonly why: string;
}

/** One policy: its source text and its explanation for people. */
export interface PolicyRule {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** The reason, in a sentence. */
  readonly explanation: string;
  /** The change that would lift the denial; every forbid has one. */
  readonly change?: string;
  readonly file: string;
  readonly text: string;
}

export interface Policies {
  /** Cedar semantics: denied unless permitted, and a `forbid` wins. */
  authorize(request: PolicyRequest): Promise<PolicyAnswer>;
  rules(): readonly PolicyRule[];
  /** Version of schema and policies together; every decision is recorded with it. */
  readonly version: string;
}

/** One utterance or one learned fact of an incident. */
export interface MemoryEvent {
  readonly incidentId: string;
  readonly actor: string;
  readonly at: string;
  readonly text: string;
  /** Id of the fact that was taught, or of the approval request (`question:` and its id) that this text repeats. */
  readonly about?: string | undefined;
}

/** The knowledge that helps with the next incident. It decides and permits nothing; the PreferenceStore has the permissions. */
export interface Memory {
  /** Stores the same event once. Utterances (`conversation`) are kept for the incident and are never used as learned knowledge. */
  remember(event: MemoryEvent, kind: 'learned' | 'conversation'): Promise<void>;
  /** The utterances of one actor in an incident, oldest first. */
  utterances(by: { readonly incidentId: string; readonly actor: string }): Promise<readonly MemoryEvent[]>;
  /** Short texts about similar incidents, best first. */
  recall(query: { readonly text: string; readonly limit: number }): Promise<readonly string[]>;
  /** Stores a fact under every service that it is about; the same fact is stored once. @throws Unavailable */
  teach(fact: ServiceFact): Promise<void>;
  /** Facts about a service, oldest first. @throws Unavailable */
  facts(service: string): Promise<readonly ServiceFact[]>;
  /** Deletes the fact under every service that it is about; does nothing if it is unknown. @throws Unavailable */
  forget(statement: FactStatement): Promise<void>;
}

/** A tool that a model may call while it reasons: typed input, short text as output. It never acts. */
export interface ReasonerTool {
  readonly name: string;
  readonly description: string;
  readonly input: import('zod').ZodType;
  run(input: unknown): Promise<string>;
}

/** What models used before they answered or failed. */
export interface ModelUse {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The part of the input that a prompt cache held, and the part that was written to it. Absent, no provider said so. */
  readonly cacheReadTokens?: number | undefined;
  readonly cacheWriteTokens?: number | undefined;
  readonly costUsd: number;
  readonly modelCalls: number;
  readonly toolCalls: number;
}

export type Reasoned<T> =
  | ({
      readonly kind: 'answered';
      readonly value: T;
      readonly model: string;
      readonly promptVersion: string;
      readonly wallMs: number;
      /** Models that were called first and gave no answer, with the reason: `MODEL: throttled`. */
      readonly failed: readonly string[];
      /** The budget that ended the reasoning early. */
      readonly concludedBy?: string;
    } & ModelUse)
  | {
      readonly kind: 'unavailable';
      readonly reason: string;
      readonly failed?: readonly string[];
      readonly used?: ModelUse;
    };

export interface ReasonRequest<T> {
  /** File name in prompts/ without `.md`. */
  readonly promptId: string;
  readonly incidentId: string;
  /** Text digest; never raw telemetry. The model receives it as data, not as instructions. */
  readonly digest: string;
  readonly schema: import('zod').ZodType<T>;
  readonly tools?: readonly ReasonerTool[];
  /** Time limit in seconds, if it is shorter than the prompt's. */
  readonly seconds?: number;
  /** Asks the stronger model; without one the answer is `unavailable` with the reason `no model configured`. */
  readonly strong?: boolean;
  /** In a storm, requests of low urgency leave part of the stage's quota to the others; absent, `high`. */
  readonly urgency?: 'high' | 'low';
  /** Ends the reasoning early; the answer is then `unavailable`. */
  readonly signal?: AbortSignal;
}

/**
 * One agent with its own context: it takes a digest and returns a schema. `unavailable`: no model configured, throttled, over budget, malformed
 * answer.
 */
export interface Reasoner {
  reason<T>(request: ReasonRequest<T>): Promise<Reasoned<T>>;
}

type OrGap<T> = ({ readonly kind: 'data' } & T) | { readonly kind: 'gap'; readonly gap: Gap };

/** Does what people request with a page: in PagerDuty, and silences in Alertmanager. It never throws. */
export interface PageRequests {
  /** The kinds that the configuration makes possible. */
  readonly can: ReadonlySet<PageRequestKind>;
  /** People, or workflows, whose name contains the words; all workflows for none. At most ten. */
  find(what: 'person' | 'workflow', words: string): Promise<OrGap<{ readonly found: readonly Named[] }>>;
  /** The number of firing alerts that the matchers cover. */
  covered(matchers: readonly Matcher[]): Promise<OrGap<{ readonly alerts: number }>>;
  /** `unknown`: no answer came, so it may have been done; it must not be sent again by itself. */
  carryOut(
    request: PageRequest,
    on: { readonly sourceId: string; readonly by: string; readonly comment: string },
  ): Promise<
    { readonly kind: 'done'; readonly detail: string } | { readonly kind: 'failed' | 'unknown'; readonly why: string }
  >;
}

/** Asks the function that may read the sources a question about the system. */
export interface SystemQuestions {
  /** Undefined if the text is no question about the system. Throws `Unavailable` if the function cannot be called or its answer is invalid. */
  ask(request: SystemRequest): Promise<SystemAnswer | undefined>;
}

/** Calls the specialists for follow-up questions. Each specialist is a function with its own context. */
export interface SpecialistClient {
  /** Throws `Unavailable` if the specialist cannot be called or its answer is invalid. */
  ask(brief: Brief): Promise<Report>;
}
