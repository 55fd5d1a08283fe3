// One utterance of a person or another app: a mention, a message, a command, a reaction, or a button press. It goes over the bus, so that the
// receiver can acknowledge it at once; core/conversation answers it.
import * as z from 'zod';
import { Verdict } from './action.ts';
import { Instant } from './entity.ts';

/** One chat message, whoever wrote it. Treat it as hostile input. */
export const ChatMessage = z.object({
  ts: z.string().max(50),
  from: z.enum(['us', 'person', 'app']),
  /** User id, or the app's name. */
  by: z.string().max(200),
  /** Its whole text, as lines: text, attachments and blocks. */
  text: z.string().max(12_000),
  /** The field that its attachments call the title. */
  title: z.string().max(1000).optional(),
  /** Named fields of attachments and blocks. */
  fields: z.record(z.string().max(200), z.string().max(1000)).default({}),
  links: z.array(z.string().max(1000)).max(20).default([]),
  /** Only in our own messages: the key it was published under, and its incident. */
  key: z.string().max(300).optional(),
  incidentId: z.string().max(64).optional(),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

const header = {
  /** The same event has the same id, however often it is delivered. */
  eventId: z.string().min(1).max(200),
  at: Instant,
};
/** The place of the utterance. Without `threadTs` the answer starts a thread or goes to the channel. */
const Place = z.object({ channel: z.string().min(1).max(50), threadTs: z.string().max(50).optional() });
export type Place = z.infer<typeof Place>;

const pressing = {
  by: z.string().min(1).max(100),
  place: Place.optional(),
  /** Address that accepts the result for the person who pressed, for half an hour. */
  replyTo: z.url().max(500).optional(),
};

export const Utterance = z.discriminatedUnion('kind', [
  z.object({
    ...header,
    kind: z.literal('words'),
    /** The channel through which it reached us. Watchkeeper is not addressed in a `thread` message, so only an unmistakable one counts. */
    how: z.enum(['mention', 'direct', 'command', 'button', 'thread', 'console']),
    by: z.string().min(1).max(100),
    text: z.string().max(4000),
    place: Place.optional(),
    /** Whether the request itself proves that its sender is one of our people. If not, the sender's identity has to be looked up. */
    proven: z.boolean().optional(),
    /** Timestamp of the message itself, which is not the parent of its own thread. */
    ts: z.string().max(50).optional(),
    /** Set if the surface itself shows an incident (the console). */
    incidentId: z.string().max(64).optional(),
  }),
  z.object({
    ...header,
    kind: z.literal('reaction'),
    by: z.string().min(1).max(100),
    verdict: z.enum(['approve', 'reject']),
    place: Place,
    /** Timestamp of the message with the reaction. */
    ts: z.string().max(50),
  }),
  z.object({ ...header, kind: z.literal('alert'), place: Place, message: ChatMessage }),
  /** A press of an approval button by a person whom the request proves to be one of our people. */
  z.object({
    ...header,
    ...pressing,
    kind: z.literal('press'),
    approvalId: z.string().min(1).max(300),
    verdict: Verdict,
  }),
  /** A press of any of our buttons by a person whom the request does not prove to be one of our people. It decides nothing; the person gets an answer that says so. */
  z.object({ ...header, ...pressing, kind: z.literal('refused-press') }),
]);
export type Utterance = z.infer<typeof Utterance>;
export type Words = Extract<Utterance, { kind: 'words' }>;
export type Press = Extract<Utterance, { kind: 'press' | 'refused-press' }>;
