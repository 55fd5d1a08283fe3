// The DeadLetters port on Amazon SQS, over its JSON protocol: three calls, signed with the credentials and the region of the Lambda SDK client.
import { Sha256 } from '@aws-crypto/sha256-js';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import { Misconfigured, Unavailable } from '../../core/errors.ts';
import type { DeadLetters } from '../../core/ports/dead-letters.ts';

interface SqsOptions {
  readonly queueName: string;
  /** The client whose credentials and region are used. */
  readonly client: LambdaClient;
  /** Replaces the service's own address. */
  readonly endpoint?: string | undefined;
}

const Queue = z.object({ QueueUrl: z.string() });
const Received = z.object({
  Messages: z
    .array(
      z.object({
        MessageId: z.string(),
        ReceiptHandle: z.string(),
        Body: z.string(),
        MessageAttributes: z.record(z.string(), z.object({ StringValue: z.string().optional() })).default({}),
      }),
    )
    .default([]),
});

export function sqsLetters({ queueName, client, endpoint }: SqsOptions): DeadLetters {
  const handles = new Map<string, string>();
  let url: Promise<string> | undefined;

  async function call(operation: string, input: object): Promise<unknown> {
    const region = await client.config.region();
    const address = new URL(endpoint ?? `https://sqs.${region}.amazonaws.com`);
    const signer = new SignatureV4({ service: 'sqs', region, credentials: client.config.credentials, sha256: Sha256 });
    const { headers, body } = await signer.sign({
      method: 'POST',
      protocol: address.protocol,
      hostname: address.hostname,
      ...(address.port === '' ? {} : { port: Number(address.port) }),
      path: '/',
      headers: {
        host: address.host,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AmazonSQS.${operation}`,
      },
      body: JSON.stringify(input),
    });
    const response = await fetch(address, { method: 'POST', headers, body }).catch((cause: unknown) => {
      throw new Unavailable('Amazon SQS could not be reached.', { cause });
    });
    const text = await response.text();
    if (response.status === 400 && text.includes('NonExistentQueue'))
      throw new Misconfigured(`There is no queue ${queueName} in ${region}: is the stage deployed there?`);
    if (!response.ok) throw new Unavailable(`Amazon SQS refused ${operation} (HTTP ${response.status}).`);
    return text === '' ? {} : JSON.parse(text);
  }

  const queueUrl = () => {
    url ??= call('GetQueueUrl', { QueueName: queueName }).then((answer) => Queue.parse(answer).QueueUrl);
    return url;
  };

  return {
    async receive() {
      const input = {
        QueueUrl: await queueUrl(),
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        WaitTimeSeconds: 1,
      };
      return Received.parse(await call('ReceiveMessage', input)).Messages.map((message) => {
        handles.set(message.MessageId, message.ReceiptHandle);
        const attributes = Object.entries(message.MessageAttributes).map(([name, { StringValue = '' }]) => [
          name,
          StringValue,
        ]);
        return { id: message.MessageId, body: message.Body, attributes: Object.fromEntries(attributes) };
      });
    },
    async remove({ id }) {
      await call('DeleteMessage', { QueueUrl: await queueUrl(), ReceiptHandle: handles.get(id) });
    },
  };
}
