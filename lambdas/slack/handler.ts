import { Logger } from '@aws-lambda-powertools/logger';
import { readAlert, ruleFor } from '../../core/conversation/alerts.ts';
import {
  commandUtterance,
  pressed,
  replyTo,
  SlackCommand,
  SlackEvents,
  SlackInteraction,
  saidByPress,
  utteranceOf,
} from '../../core/incidents/slack.ts';
import {
  Envelope,
  InteractionOrigin,
  presser,
  refusedCommand,
  refusedEvent,
  refusedInteraction,
} from '../../core/incidents/slack-origin.ts';
import type { Utterance } from '../../core/model/utterance.ts';
import type { Ports } from '../../core/ports/index.ts';
import { redact } from '../../core/redact.ts';
import { answerApproval } from '../../core/remediation/answer.ts';
import {
  approvals,
  audit,
  bus,
  catalog,
  clock,
  incidents,
  replies,
  secrets,
  seen,
  slackOrigin,
  workflow,
} from '../compose.ts';
import { answering, onLambda } from '../handle.ts';
import { HttpEvent, type HttpReply, header, jsonOf, maxBodyBytes, rawBody, reply, signed } from '../http.ts';

type SlackPorts = Pick<
  Ports,
  | 'bus'
  | 'seen'
  | 'secrets'
  | 'clock'
  | 'approvals'
  | 'workflow'
  | 'incidents'
  | 'catalog'
  | 'replies'
  | 'audit'
  | 'workplace'
>;

const logger = new Logger({ serviceName: 'watchkeeper' });
/** Slack's window against replays, in either direction. */
const maxSkewSeconds = 300;
/** Slack retries an event for an hour at most. */
const rememberSeconds = 24 * 3600;

/** Acknowledges within Slack's three seconds: what is said goes on the bus, a verdict is one conditional write. */
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
  const origin = await ports.workplace.origin();
  const why = refusedEvent(Envelope.parse(request.data), origin);
  if (why !== undefined) return refused(why);
  const said = utteranceOf(request.data, ports.clock.now(), origin);
  if (!said || !(await isWanted(said, ports))) return reply(200, { status: 'ignored' });
  return passOn(said, ports);
}

/** Signed by our app's secret and still not ours: said in the log, and not sent again (https://docs.slack.dev/apis/events-api#retries). */
function refused(why: string): HttpReply {
  logger.warn('refused: wrong origin', { why });
  const answer = reply(403, { error: `Refused: ${why}.` });
  return { ...answer, headers: { ...answer.headers, 'x-slack-no-retry': '1' } };
}

/** Channels are full of other apps' messages: only those that a rule switched on go further. */
async function isWanted(said: Utterance, { catalog }: SlackPorts): Promise<boolean> {
  if (said.kind !== 'alert') return true;
  const alert = readAlert(said.message);
  return (
    alert !== undefined && ruleFor(alert, said.message, said.place.channel, await catalog.load())?.automatic === true
  );
}

/** On the bus, once; whoever answers it has all the time it needs. */
async function passOn(said: Utterance, { seen, bus }: SlackPorts): Promise<HttpReply> {
  const key = `slack-${said.eventId}`;
  if (await seen.has(key)) return reply(200, { status: 'duplicate' });
  await bus.publish({ detailType: 'conversation.said', detail: said });
  await seen.claim(key, rememberSeconds);
  return reply(200, { status: 'accepted' });
}

async function form(body: string, ports: SlackPorts): Promise<HttpReply> {
  const fields = new URLSearchParams(body);
  if (!fields.has('command')) return interaction(fields, ports);
  const command = SlackCommand.safeParse(Object.fromEntries(fields));
  if (!command.success) return reply(400, { error: 'This is no Slack command that we know.' });
  const why = refusedCommand(command.data, await ports.workplace.origin());
  if (why !== undefined) return refused(why);
  const passed = await passOn(commandUtterance(command.data, ports.clock.now()), ports);
  // What Slack shows to the one who typed it.
  return passed.statusCode === 200 ? reply(200, { response_type: 'ephemeral', text: 'Looking…' }) : passed;
}

async function interaction(fields: URLSearchParams, ports: SlackPorts): Promise<HttpReply> {
  const parsed = SlackInteraction.safeParse(jsonOf(fields.get('payload') ?? ''));
  if (!parsed.success) return reply(400, { error: 'This is no Slack interaction that we know.' });
  const origin = await ports.workplace.origin();
  const payload = InteractionOrigin.parse(parsed.data);
  const why = refusedInteraction(payload, origin);
  if (why !== undefined) return refused(why);
  if (presser(payload, origin).kind !== 'ours') {
    logger.warn('refused: pressed by nobody of ours', { user: parsed.data.user.id });
    await answerPress(
      parsed.data,
      { text: 'Only people of the organisation that runs Watchkeeper decide here; nothing was done.' },
      ports,
    );
    return reply(200, { status: 'refused' });
  }
  const said = saidByPress(parsed.data, ports.clock.now());
  if (said) return passOn(said, ports);
  const answer = pressed(parsed.data);
  if (!answer) return reply(200, { status: 'ignored' });
  const result = await answerApproval(answer, ports);
  await answerPress(parsed.data, replyTo(result), ports);
  return reply(200, { status: result.kind });
}

/** What was decided stands whether or not the one who pressed can be told. */
async function answerPress(
  { response_url: to }: SlackInteraction,
  answer: ReturnType<typeof replyTo>,
  { replies }: Pick<SlackPorts, 'replies'>,
): Promise<void> {
  if (to === undefined) return;
  await replies
    .reply(to, answer)
    .catch((error: Error) => logger.warn('not replied', { reason: redact(error.message) }));
}

export const create = (ports: SlackPorts) => answering('slack', HttpEvent, (event) => receive(event, ports));

export const handler = onLambda(() =>
  create({
    bus: bus(),
    seen: seen(),
    secrets: secrets(),
    clock: clock(),
    approvals: approvals(),
    workflow: workflow(),
    incidents: incidents(),
    catalog: catalog(),
    replies: replies(),
    audit: audit(),
    workplace: slackOrigin(),
  }),
);
