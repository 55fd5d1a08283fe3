// What both webhooks share: the HTTP event of API Gateway, the raw body as it was signed, and answers.
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

/** Larger bodies are refused before they are looked at; PagerDuty drops events above this, Slack stays far below. */
export const maxBodyBytes = 256 * 1024;

/** The bytes as they were sent: a signature is over these and nothing else. */
export const rawBody = (event: HttpEvent): Buffer =>
  Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');

/** A header by its name, whatever case it was sent in. */
export const header = (event: HttpEvent, name: string): string | undefined =>
  Object.entries(event.headers).find(([key]) => key.toLowerCase() === name)?.[1];

export const reply = (statusCode: number, body: unknown): HttpReply => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});

/** Whether one of `proofs` (hex) is the HMAC-SHA256 of `message` under one of `secrets`. Takes the same time whichever it is. */
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

/** Parses JSON or answers undefined; what is inside is the schema's business. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
