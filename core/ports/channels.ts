// Ways to reach people and other programs: bus, workflow, pager, chat, model, memory, policy.

import type { BusEvent } from '../model/events.ts';
import type { FactSays, ServiceFact } from '../model/fact.ts';
import type { Message } from '../model/message.ts';
import type { Brief, Gap, Report } from '../model/report.ts';
import type { SlackOrigin, SlackUserKind } from '../model/slack-origin.ts';
import type { ChatMessage } from '../model/utterance.ts';

export interface Bus {
  /** Returns once the event is safely on the bus; throws `Unavailable` otherwise. */
  publish(event: BusEvent): Promise<void>;
}

export interface Workflow {
  /** Gives a waiting execution its answer. `gone`: the token is no longer waited for. */
  resume(taskToken: string, output: unknown): Promise<'resumed' | 'gone'>;
}

export interface PagerAlert {
  readonly summary: string;
  readonly severity?: string | undefined;
  readonly details: Readonly<Record<string, string>>;
}

/** PagerDuty. Without a token every call is a gap, never an error. */
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
  /** Who is paged is told so by the pager itself. What has it already, or is resolved, stays as it is. */
  mark(
    sourceId: string,
    status: 'acknowledged' | 'resolved',
  ): Promise<{ readonly kind: 'written' } | { readonly kind: 'gap'; readonly gap: Gap }>;
  /** For those who follow the incident without working on it: it reaches them by mail or phone, so it is said seldom. The same once. */
  statusUpdate(
    sourceId: string,
    text: string,
  ): Promise<{ readonly kind: 'written' } | { readonly kind: 'gap'; readonly gap: Gap }>;
}

/** Where people read and answer: Slack, or the console. Publishing one key again replaces what was there. */
export interface Chat {
  publish(message: Message): Promise<void>;
}

/** What was said in a chat, read when it is needed. What cannot be read is a gap, never an error. */
export interface Threads {
  /** The thread's messages, its parent first. */
  read(place: {
    readonly channel: string;
    readonly threadTs: string;
  }): Promise<
    | { readonly kind: 'data'; readonly messages: readonly ChatMessage[]; readonly channelName?: string | undefined }
    | { readonly kind: 'gap'; readonly gap: Gap }
  >;
  /** One message; undefined where there is none. */
  message(place: {
    readonly channel: string;
    readonly ts: string;
  }): Promise<
    { readonly kind: 'data'; readonly message: ChatMessage | undefined } | { readonly kind: 'gap'; readonly gap: Gap }
  >;
}

/** Whose chat it is, and who somebody in it is. */
export interface UserDirectory {
  /** Throws `Unavailable` where it cannot be learned now. */
  origin(): Promise<SlackOrigin>;
  /** `unknown` where nobody can say now. */
  who(userId: string): Promise<SlackUserKind>;
}

/** Tells the one person who just pressed a button what came of it. */
export interface Replies {
  /** `to` is the address that came with the press. `message` takes the place of what was pressed on. Throws `Unavailable`. */
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
  /** Ids of those that decided. */
  readonly policies: readonly string[];
  readonly why: string;
}

/** One policy as it is written, with what it says to people. */
export interface PolicyRule {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** Why, in a sentence. */
  readonly says: string;
  /** What would have to be otherwise; every forbid says it. */
  readonly change?: string;
  readonly file: string;
  readonly text: string;
}

export interface Policies {
  /** Cedar: denied unless permitted, and a `forbid` wins. */
  authorize(request: PolicyRequest): Promise<PolicyAnswer>;
  rules(): readonly PolicyRule[];
  /** Of schema and policies together; every decision is recorded with it. */
  readonly version: string;
}

/** One thing that was said or learned in an incident. */
export interface MemoryEvent {
  readonly incidentId: string;
  readonly actor: string;
  readonly at: string;
  readonly text: string;
  /** The id of the fact that it taught, or the question (`question:` and its id) that it was said back for. */
  readonly about?: string | undefined;
}

/** What helps the next incident. It decides and permits nothing; what may be done without asking is in the PreferenceStore. */
export interface Memory {
  /** The same event once. What people say (`conversation`) is kept for the incident and never read as something learned. */
  remember(event: MemoryEvent, kind: 'learned' | 'conversation'): Promise<void>;
  /** What one actor said in an incident, oldest first. */
  said(by: { readonly incidentId: string; readonly actor: string }): Promise<readonly MemoryEvent[]>;
  /** Short texts about similar incidents, best first. */
  recall(query: { readonly text: string; readonly limit: number }): Promise<readonly string[]>;
  /** Keeps a fact under every service that it is about; the same fact once. @throws Unavailable */
  teach(fact: ServiceFact): Promise<void>;
  /** Facts about a service, oldest first. @throws Unavailable */
  facts(service: string): Promise<readonly ServiceFact[]>;
  /** Under every service that it is about; nothing happens where it is not known. @throws Unavailable */
  forget(says: FactSays): Promise<void>;
}

/** Something a model may ask for while it thinks: typed in, a short text out. It never acts. */
export interface ReasonerTool {
  readonly name: string;
  readonly description: string;
  readonly input: import('zod').ZodType;
  run(input: unknown): Promise<string>;
}

/** What models used until an answer was there, or none. */
export interface ModelUse {
  readonly inputTokens: number;
  readonly outputTokens: number;
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
      /** Models that were asked before and why they gave no answer: `MODEL: throttled`. */
      readonly failed: readonly string[];
      /** The budget that made it conclude before it wanted to. */
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
  /** Text digest; never raw telemetry. It is handed over as data, not as instructions. */
  readonly digest: string;
  readonly schema: import('zod').ZodType<T>;
  readonly tools?: readonly ReasonerTool[];
  /** Less than the prompt's, where whoever asks has less. */
  readonly seconds?: number;
}

/** One agent with a context of its own: a digest in, a schema out. `unavailable`: none configured, throttled, over budget, malformed answer. */
export interface Reasoner {
  reason<T>(request: ReasonRequest<T>): Promise<Reasoned<T>>;
}

/** The specialists, each a function with a context of its own, as whoever follows up on their reports reaches them. */
export interface SpecialistClient {
  /** Throws `Unavailable` where the specialist cannot be asked or answers nonsense. */
  ask(brief: Brief): Promise<Report>;
}
