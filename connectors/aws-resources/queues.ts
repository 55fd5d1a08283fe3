// Reads a queue of SQS: its attributes, the queue of its dead letters, and who reads it. No message is ever received.
import * as z from 'zod';
import type { ResourceOf, ResourceRef } from '../../core/model/aws-resources.ts';
import { consumersOf } from './functions.ts';
import { accountOfArn, notRead, type Place, type Read, wordOf } from './place.ts';

const Url = z.object({ QueueUrl: z.string().min(1).max(1000) });
const Attributes = z.object({ Attributes: z.record(z.string(), z.string().max(20_000)).default({}) });
const Sources = z.object({ queueUrls: z.array(z.string().max(1000)).max(1000).default([]) });
const Redrive = z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number().int().min(0) });

export async function readQueue(ref: ResourceRef, place: Place): Promise<Read> {
  const sdk = await import('@aws-sdk/client-sqs');
  const sqs = place.client(sdk.SQSClient);
  const abort = { abortSignal: place.deadline.signal };
  const url = await place.ask('sqs:GetQueueUrl', Url, () =>
    sqs.send(new sdk.GetQueueUrlCommand({ QueueName: ref.name }), abort),
  );
  if (url.kind === 'failed')
    return notRead(ref, /NonExistent|DoesNotExist/.test(url.error) ? 'there is no such queue' : url.reason);
  const { QueueUrl } = url.data;
  const [attributes, sources] = await Promise.all([
    place.ask('sqs:GetQueueAttributes', Attributes, () =>
      sqs.send(new sdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }), abort),
    ),
    place.ask('sqs:ListDeadLetterSourceQueues', Sources, () =>
      sqs.send(new sdk.ListDeadLetterSourceQueuesCommand({ QueueUrl, MaxResults: 20 }), abort),
    ),
  ]);
  if (attributes.kind === 'failed') return notRead(ref, attributes.reason);
  const { Attributes: all } = attributes.data;
  const redrive = redriveIn(all.RedrivePolicy);
  const deadLetterQueue = redrive?.deadLetterTargetArn.split(':').at(-1)?.slice(0, 100);
  const deadLettersOf = (sources.kind === 'ok' ? sources.data.queueUrls : []).flatMap(
    (one) => one.split('/').at(-1)?.slice(0, 100) || [],
  );
  const arn = all.QueueArn;
  const consumers = arn === undefined || deadLettersOf.length > 0 ? { functions: [] } : await consumersOf(arn, place);
  const lastModified = Number(all.LastModifiedTimestamp);
  const resource: ResourceOf<'sqs'> = {
    type: 'sqs',
    name: ref.name,
    metrics: {},
    uses: [],
    ...countOf('visible', all.ApproximateNumberOfMessages),
    ...countOf('inFlight', all.ApproximateNumberOfMessagesNotVisible),
    ...countOf('delayed', all.ApproximateNumberOfMessagesDelayed),
    ...countOf('visibilityTimeoutSeconds', all.VisibilityTimeout),
    ...countOf('retentionSeconds', all.MessageRetentionPeriod),
    ...(redrive && deadLetterQueue ? { redrive: { deadLetterQueue, maxReceives: redrive.maxReceiveCount } } : {}),
    deadLettersOf: deadLettersOf.slice(0, 20),
    ...(lastModified > 0 ? { lastModified: new Date(lastModified * 1000).toISOString() } : {}),
  };
  return {
    resource,
    account: accountOfArn(arn),
    related: [
      ...(deadLetterQueue ? [{ type: 'sqs' as const, name: deadLetterQueue }] : []),
      ...deadLettersOf.map((name) => ({ type: 'sqs' as const, name })),
      ...consumers.functions,
    ],
    missing: [
      ...(sources.kind === 'failed' ? [`${wordOf(ref)}: whose dead letters it holds, because ${sources.reason}`] : []),
      ...(consumers.missing === undefined ? [] : [`${wordOf(ref)}: who reads it, because ${consumers.missing}`]),
    ],
  };
}

type Counts = 'visible' | 'inFlight' | 'delayed' | 'visibilityTimeoutSeconds' | 'retentionSeconds';

const countOf = (field: Counts, value: string | undefined): Partial<Record<Counts, number>> =>
  value !== undefined && /^\d{1,15}$/.test(value) ? { [field]: Number(value) } : {};

function redriveIn(policy: string | undefined): z.infer<typeof Redrive> | undefined {
  try {
    return Redrive.safeParse(JSON.parse(policy ?? '')).data;
  } catch {
    return undefined;
  }
}
