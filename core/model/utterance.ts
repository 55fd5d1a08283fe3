// One thing that a person or another app said where we listen: a mention, a message, a command, a reaction, a press. It goes over the bus,
// so that whoever received it can acknowledge at once; core/conversation answers it.
import * as z from 'zod';
import { Verdict } from './action.ts';
import { Instant } from './entity.ts';

/** A message of a chat as it is read, whoever wrote it. Hostile until proven otherwise. */
export const ChatMessage = z.object({
  ts: z.string().max(50),
  from: z.enum(['us', 'person', 'app']),
  /** User id, or the app's name. */
  by: z.string().max(200),
  /** All that it says, as lines: text, attachments and blocks. */
  text: z.string().max(12_000),
  /** What its attachments call the title. */
  title: z.string().max(1000).optional(),
  /** Named fields of attachments and blocks. */
  fields: z.record(z.string().max(200), z.string().max(1000)).default({}),
  links: z.array(z.string().max(1000)).max(20).default([]),
  /** Only for our own: the key it was published under, and its incident. */
  key: z.string().max(300).optional(),
  incidentId: z.string().max(64).optional(),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

const said = {
  /** Same event, same id, however often it is delivered. */
  eventId: z.string().min(1).max(200),
  at: Instant,
};
/** Where it was said. Without `threadTs` the answer begins a thread or stands in the channel. */
const Place = z.object({ channel: z.string().min(1).max(50), threadTs: z.string().max(50).optional() });
export type Place = z.infer<typeof Place>;

const pressing = {
  by: z.string().min(1).max(100),
  place: Place.optional(),
  /** Where the one who pressed is told what came of it, for half an hour. */
  replyTo: z.url().max(500).optional(),
};

export const Utterance = z.discriminatedUnion('kind', [
  z.object({
    ...said,
    kind: z.literal('words'),
    /** How it reached us. `thread` is not addressed to us, and only what can be meant for nobody else counts. */
    how: z.enum(['mention', 'direct', 'command', 'button', 'thread', 'console']),
    by: z.string().min(1).max(100),
    text: z.string().max(4000),
    place: Place.optional(),
    /** Whether the request itself said that its sender is a person of ours; where not, who it is has to be asked. */
    proven: z.boolean().optional(),
    /** Of the message itself, which is not its own thread's parent. */
    ts: z.string().max(50).optional(),
    /** Known where the surface itself shows an incident (the console). */
    incidentId: z.string().max(64).optional(),
  }),
  z.object({
    ...said,
    kind: z.literal('reaction'),
    by: z.string().min(1).max(100),
    verdict: z.enum(['approve', 'reject']),
    place: Place,
    /** Of the message that was reacted to. */
    ts: z.string().max(50),
  }),
  z.object({ ...said, kind: z.literal('alert'), place: Place, message: ChatMessage }),
  /** A button of a question, pressed by whoever the request itself says is a person of ours. */
  z.object({
    ...said,
    ...pressing,
    kind: z.literal('press'),
    approvalId: z.string().min(1).max(300),
    verdict: Verdict,
  }),
  /** Any button of ours, pressed by whoever the request does not show to be of ours: it decides nothing, and is told so. */
  z.object({ ...said, ...pressing, kind: z.literal('refused-press') }),
]);
export type Utterance = z.infer<typeof Utterance>;
export type Words = Extract<Utterance, { kind: 'words' }>;
export type Press = Extract<Utterance, { kind: 'press' | 'refused-press' }>;
