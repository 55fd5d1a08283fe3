// Shared parts of both webhooks: the HTTP event of API Gateway, the raw body that the sender signed, and replies.
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

export const HttpEvent = z.object({
  rawPath: z.string().default('/'),
  headers: z.record(z.string(), z.string().optional()).default({}),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
});
export type HttpEvent = z.infer<typeof HttpEvent>;

export interface HttpReply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Larger bodies are refused unread. PagerDuty drops events above this size, and Slack's events are far smaller. */
export const maxBodyBytes = 256 * 1024;

/** The bytes as they were sent, because the signature covers exactly these. */
export const rawBody = (event: HttpEvent): Buffer =>
  Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');

/** A header by its name, in any case. */
export const header = (event: HttpEvent, name: string): string | undefined =>
  Object.entries(event.headers).find(([key]) => key.toLowerCase() === name)?.[1];

export const reply = (statusCode: number, body: unknown): HttpReply => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});

/** Whether one of `proofs` (hex) is the HMAC-SHA256 of `message` under one of `secrets`. The time does not depend on which one matches. */
export function signed(message: Buffer, proofs: readonly string[], secrets: readonly string[]): boolean {
  let matches = 0;
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(message).digest();
    for (const proof of proofs) {
      const given = Buffer.from(proof, 'hex');
      if (given.length === expected.length && timingSafeEqual(given, expected)) matches += 1;
    }
  }
  return matches > 0;
}

/** Parses JSON, or returns undefined; the schema checks the contents. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
