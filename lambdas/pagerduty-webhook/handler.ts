// Receives the webhook of PagerDuty: it verifies an event and publishes it on the bus once.
import { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import { meaningOf, PagerDutyWebhook } from '../../core/intake/pagerduty.ts';
import type { Ports } from '../../core/ports/index.ts';
import { redact } from '../../core/redaction/redact.ts';
import { bus, secrets, seen } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';
import { HttpEvent, type HttpReply, header, jsonOf, maxBodyBytes, rawBody, reply, signed } from '../http.ts';

type WebhookPorts = Pick<Ports, 'bus' | 'seen' | 'secrets'>;

const logger = new Logger({ serviceName: 'watchkeeper' });
/** How long an event id is remembered. PagerDuty redelivers for 48 hours. */
const rememberSeconds = 72 * 3600;

/**
 * For 48 hours PagerDuty redelivers an event that got 5xx, 429 or no answer. Any other 4xx drops the event, and three in a row disable the
 * subscription for a day. So a 4xx is only for requests that can never become valid, and every failure on our side is a 5xx.
 */
export async function receive(event: HttpEvent, ports: WebhookPorts): Promise<HttpReply> {
  const body = rawBody(event);
  if (body.length > maxBodyBytes) return reply(400, { error: `The body is larger than ${maxBodyBytes} bytes.` });
  const proofs = signaturesOf(header(event, 'x-pagerduty-signature'));
  if (proofs.length === 0) return reply(400, { error: 'X-PagerDuty-Signature is missing or has no v1 signature.' });
  try {
    const secrets = await ports.secrets.pagerDutyWebhook();
    if (secrets.length === 0) return reply(503, { error: 'No webhook secret is configured yet; send it again.' });
    if (!signed(body, proofs, secrets)) return reply(403, { error: 'The signature does not match.' });
    const webhook = PagerDutyWebhook.safeParse(jsonOf(body.toString('utf8')));
    if (!webhook.success)
      return reply(400, { error: `The body is not a V3 webhook: ${z.prettifyError(webhook.error)}` });
    return await act(webhook.data, ports);
  } catch (error) {
    logger.error('not accepted', { reason: error instanceof Error ? redact(error.message) : 'unknown' });
    return reply(503, { error: 'The event could not be stored; send it again.' });
  }
}

async function act(webhook: PagerDutyWebhook, { bus, seen }: WebhookPorts): Promise<HttpReply> {
  const meaning = meaningOf(webhook);
  switch (meaning.kind) {
    case 'pong':
      return reply(200, { status: 'pong' });
    case 'ignored':
      logger.info('ignored', { reason: meaning.reason });
      return reply(200, { status: 'ignored', reason: meaning.reason });
    case 'malformed':
      return reply(400, { error: `The incident does not fit: ${meaning.reason}` });
    case 'publish': {
      const key = `pagerduty-${webhook.event.id}`;
      if (await seen.has(key)) return reply(200, { status: 'duplicate' });
      // The event id is remembered only after the publication: a crash in between loses nothing, and the same event twice opens one incident.
      await bus.publish(meaning.event);
      await seen.claim(key, rememberSeconds);
      return reply(202, { status: 'accepted' });
    }
  }
}

/** `v1=hex,v1=hex`: several signatures during a secret's rotation. */
const signaturesOf = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .flatMap((part) => /^\s*v1=([0-9a-f]{64})\s*$/i.exec(part)?.[1] ?? [])
    .slice(0, 10);

export const create = (ports: WebhookPorts) =>
  handling('pagerduty-webhook', HttpEvent, (event) => receive(event, ports));

export const handler = onLambda(() => create({ bus: bus(), seen: seen(), secrets: secrets() }));
