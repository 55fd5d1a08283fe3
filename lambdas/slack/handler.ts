import { Logger } from '@aws-lambda-powertools/logger';
import { mentionTrigger, pressed, replyTo, SlackEvents, SlackInteraction } from '../../core/incidents/slack.ts';
import type { Ports } from '../../core/ports/index.ts';
import { answerApproval } from '../../core/remediation/answer.ts';
import { approvals, audit, bus, catalog, clock, incidents, replies, secrets, seen, workflow } from '../compose.ts';
import { answering, onLambda } from '../handle.ts';
import { HttpEvent, type HttpReply, header, jsonOf, maxBodyBytes, rawBody, reply, signed } from '../http.ts';

type SlackPorts = Pick<
  Ports,
  'bus' | 'seen' | 'secrets' | 'clock' | 'approvals' | 'workflow' | 'incidents' | 'catalog' | 'replies' | 'audit'
>;

const logger = new Logger({ serviceName: 'watchkeeper' });
/** Slack's window against replays, in either direction. */
const maxSkewSeconds = 300;
/** Slack retries an event for an hour at most. */
const rememberSeconds = 24 * 3600;

/** Acknowledges within Slack's three seconds: a mention goes on the bus, a button is one conditional write. */
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
    return await (isForm ? interaction : events)(body.toString('utf8'), ports);
  } catch (error) {
    logger.error('not accepted', { reason: error instanceof Error ? error.message : 'unknown' });
    return reply(503, { error: 'The request could not be handled; send it again.' });
  }
}

async function events(body: string, { clock, seen, bus }: SlackPorts): Promise<HttpReply> {
  const request = SlackEvents.safeParse(jsonOf(body));
  if (!request.success) return reply(400, { error: 'This is no Slack event that we know.' });
  if (request.data.type === 'url_verification') return reply(200, { challenge: request.data.challenge });
  const trigger = mentionTrigger(request.data, clock.now());
  if (!trigger) return reply(200, { status: 'ignored' });
  const key = `slack-${trigger.eventId}`;
  if (await seen.has(key)) return reply(200, { status: 'duplicate' });
  await bus.publish({ detailType: 'incident.mentioned', detail: { trigger } });
  await seen.claim(key, rememberSeconds);
  return reply(200, { status: 'accepted' });
}

async function interaction(body: string, ports: SlackPorts): Promise<HttpReply> {
  const parsed = SlackInteraction.safeParse(jsonOf(new URLSearchParams(body).get('payload') ?? ''));
  if (!parsed.success) return reply(400, { error: 'This is no Slack interaction that we know.' });
  const answer = pressed(parsed.data);
  if (!answer) return reply(200, { status: 'ignored' });
  const result = await answerApproval(answer, ports);
  if (parsed.data.response_url !== undefined) {
    // The decision stands whether or not the one who took it can be told.
    await ports.replies
      .reply(parsed.data.response_url, replyTo(result))
      .catch((error: Error) => logger.warn('not replied', { reason: error.message }));
  }
  return reply(200, { status: result.kind });
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
  }),
);
