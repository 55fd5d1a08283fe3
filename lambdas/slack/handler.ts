// Receives the requests of Slack: events, interactions and commands.
import { Logger } from '@aws-lambda-powertools/logger';
import { readAlert } from '../../core/intake/channel-alert.ts';
import {
  commandUtterance,
  SlackCommand,
  SlackEvents,
  SlackInteraction,
  utteranceOf,
  utteranceOfPress,
} from '../../core/intake/slack.ts';
import {
  Envelope,
  InteractionOrigin,
  presser,
  refusedCommand,
  refusedEvent,
  refusedInteraction,
} from '../../core/intake/slack-origin.ts';
import type { Utterance } from '../../core/model/utterance.ts';
import type { Ports } from '../../core/ports/index.ts';
import { redact } from '../../core/redaction/redact.ts';
import { bus, clock, secrets, seen, slackOrigin } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';
import { HttpEvent, type HttpReply, header, jsonOf, maxBodyBytes, rawBody, reply, signed } from '../http.ts';

type SlackPorts = Pick<Ports, 'bus' | 'seen' | 'secrets' | 'clock' | 'userDirectory'>;

const logger = new Logger({ serviceName: 'watchkeeper' });
/** Slack's window against replays, into the past and into the future. */
const maxSkewSeconds = 300;
/** How long an event id is remembered. Slack retries an event for an hour at most. */
const rememberSeconds = 24 * 3600;

/**
 * Acknowledges within Slack's three seconds: it verifies the signature and the origin, and publishes the event once. It decides nothing, neither for
 * words nor for a pressed verdict: the function `conversation` answers.
 */
export async function receive(event: HttpEvent, ports: SlackPorts): Promise<HttpReply> {
  const body = rawBody(event);
  if (body.length > maxBodyBytes) return reply(400, { error: `The body is larger than ${maxBodyBytes} bytes.` });
  const timestamp = header(event, 'x-slack-request-timestamp') ?? '';
  const proof = /^v0=([0-9a-f]{64})$/i.exec(header(event, 'x-slack-signature') ?? '')?.[1];
  if (!proof || !/^\d{1,12}$/.test(timestamp))
    return reply(400, { error: 'The Slack signature or its timestamp is missing.' });
  if (Math.abs(ports.clock.now().getTime() / 1000 - Number(timestamp)) > maxSkewSeconds)
    return reply(401, { error: 'The timestamp is more than five minutes away.' });
  try {
    const message = Buffer.concat([Buffer.from(`v0:${timestamp}:`), body]);
    if (!signed(message, [proof], await ports.secrets.slackSigning()))
      return reply(401, { error: 'The signature does not match.' });
    const isForm = header(event, 'content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;
    return await (isForm ? form : events)(body.toString('utf8'), ports);
  } catch (error) {
    logger.error('not accepted', { reason: error instanceof Error ? redact(error.message) : 'unknown' });
    return reply(503, { error: 'The request could not be handled; send it again.' });
  }
}

async function events(body: string, ports: SlackPorts): Promise<HttpReply> {
  const request = SlackEvents.safeParse(jsonOf(body));
  if (!request.success) return reply(400, { error: 'This is no Slack event that we know.' });
  if (request.data.type === 'url_verification') return reply(200, { challenge: request.data.challenge });
  const origin = await ports.userDirectory.origin();
  const why = refusedEvent(Envelope.parse(request.data), origin);
  if (why !== undefined) return refused(why);
  const utterance = utteranceOf(request.data, ports.clock.now(), origin);
  if (!utterance || !isWanted(utterance)) return reply(200, { status: 'ignored' });
  return passOn(utterance, ports);
}

/**
 * The request has our app's signature but another origin: we log it, and Slack must not retry it (https://docs.slack.dev/apis/events-api#retries).
 */
function refused(why: string): HttpReply {
  logger.warn('refused: wrong origin', { why });
  const answer = reply(403, { error: `Refused: ${why}.` });
  return { ...answer, headers: { ...answer.headers, 'x-slack-no-retry': '1' } };
}

/**
 * Channels are full of other apps' messages, so only those that look like an alert are published. The conversation decides which of them start an
 * investigation.
 */
const isWanted = (utterance: Utterance): boolean =>
  utterance.kind !== 'alert' || readAlert(utterance.message) !== undefined;

/**
 * Publishes once; the function that answers has as much time as it needs. The event id is remembered only after the publication, so that an
 * interrupted event arrives again.
 */
async function passOn(utterance: Utterance, { seen, bus }: SlackPorts): Promise<HttpReply> {
  const key = `slack-${utterance.eventId}`;
  if (await seen.has(key)) return reply(200, { status: 'duplicate' });
  await bus.publish({ detailType: 'conversation.said', detail: utterance });
  await seen.claim(key, rememberSeconds);
  return reply(200, { status: 'accepted' });
}

async function form(body: string, ports: SlackPorts): Promise<HttpReply> {
  const fields = new URLSearchParams(body);
  if (!fields.has('command')) return interaction(fields, ports);
  const command = SlackCommand.safeParse(Object.fromEntries(fields));
  if (!command.success) return reply(400, { error: 'This is no Slack command that we know.' });
  const why = refusedCommand(command.data, await ports.userDirectory.origin());
  if (why !== undefined) return refused(why);
  const passed = await passOn(commandUtterance(command.data, ports.clock.now()), ports);
  // Only the person who typed the command sees this reply.
  return passed.statusCode === 200 ? reply(200, { response_type: 'ephemeral', text: 'Looking…' }) : passed;
}

async function interaction(fields: URLSearchParams, ports: SlackPorts): Promise<HttpReply> {
  const parsed = SlackInteraction.safeParse(jsonOf(fields.get('payload') ?? ''));
  if (!parsed.success) return reply(400, { error: 'This is no Slack interaction that we know.' });
  const origin = await ports.userDirectory.origin();
  const payload = InteractionOrigin.parse(parsed.data);
  const why = refusedInteraction(payload, origin);
  if (why !== undefined) return refused(why);
  const sender = presser(payload, origin);
  if (sender.kind !== 'ours')
    logger.warn('the sender of the press is no member of the organisation', { user: parsed.data.user.id });
  const utterance = utteranceOfPress(parsed.data, sender, ports.clock.now());
  return utterance === undefined ? reply(200, { status: 'ignored' }) : passOn(utterance, ports);
}

export const create = (ports: SlackPorts) => handling('slack', HttpEvent, (event) => receive(event, ports));

export const handler = onLambda(() =>
  create({ bus: bus(), seen: seen(), secrets: secrets(), clock: clock(), userDirectory: slackOrigin() }),
);
