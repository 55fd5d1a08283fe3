// Reads a function of Lambda: its configuration, concurrency and event sources, the limit of its account, and the lines of its log that tell of failures.
// Values of environment variables are compared with names of the incident's resources and never kept.
import * as z from 'zod';
import type { ResourceEvent, ResourceOf, ResourceRef } from '../../core/model/aws-resources.ts';
import { refOfArn } from '../../core/topology/aws-resources.ts';
import { accountOfArn, notRead, type Place, type Read, wordOf } from './place.ts';

const text = z.string().max(20_000).optional();
const Configuration = z.object({
  FunctionName: z.string().max(200).optional(),
  FunctionArn: text,
  State: z.string().max(40).optional(),
  StateReason: text,
  StateReasonCode: z.string().max(60).optional(),
  LastUpdateStatus: z.string().max(40).optional(),
  LastUpdateStatusReason: text,
  LastUpdateStatusReasonCode: z.string().max(60).optional(),
  LastModified: z.string().max(60).optional(),
  Runtime: z.string().max(60).optional(),
  MemorySize: z.number().positive().optional(),
  Timeout: z.number().positive().optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()).optional() }).optional(),
  DeadLetterConfig: z.object({ TargetArn: text }).optional(),
  LoggingConfig: z.object({ LogGroup: z.string().max(512).optional() }).optional(),
});
const Concurrency = z.object({ ReservedConcurrentExecutions: z.number().int().min(0).optional() });
const AccountSettings = z.object({
  AccountLimit: z.object({
    ConcurrentExecutions: z.number().int().min(0),
    UnreservedConcurrentExecutions: z.number().int().min(0),
  }),
});
const Mappings = z.object({
  EventSourceMappings: z
    .array(
      z.object({
        EventSourceArn: text,
        FunctionArn: text,
        State: z.string().max(60).optional(),
        StateTransitionReason: text,
        LastProcessingResult: text,
        LastModified: z.date().optional(),
        BatchSize: z.number().int().min(0).optional(),
        ScalingConfig: z.object({ MaximumConcurrency: z.number().int().min(0).optional() }).optional(),
      }),
    )
    .max(1000)
    .default([]),
  NextMarker: z.string().min(1).optional(),
});
const Lines = z.object({
  events: z
    .array(z.object({ timestamp: z.number().optional(), message: z.string().optional() }))
    .max(10_000)
    .default([]),
  nextToken: z.string().min(1).optional(),
});

const maxMappings = 50;
const maxLines = 60;
/** FilterLogEvents may give empty pages before the end. */
const maxPages = 4;
/** Lines in which Lambda, a runtime or the SDK tells why an invocation failed. The words are any of. */
const failurePattern =
  '?"Task timed out" ?"Runtime exited" ?OutOfMemory ?"signal: killed" ?MemoryError ?"heap out of memory" ?AccessDenied ?"not authorized to perform" ?ThrottlingException ?ProvisionedThroughputExceeded';

export async function readFunction(ref: ResourceRef, place: Place): Promise<Read> {
  const sdk = await import('@aws-sdk/client-lambda');
  const lambda = place.client(sdk.LambdaClient);
  const abort = { abortSignal: place.deadline.signal };
  const FunctionName = ref.name;
  const configured = place.ask('lambda:GetFunctionConfiguration', Configuration, () =>
    lambda.send(new sdk.GetFunctionConfigurationCommand({ FunctionName }), abort),
  );
  const [configuration, concurrency, account, mappings] = await Promise.all([
    configured,
    place.ask('lambda:GetFunctionConcurrency', Concurrency, () =>
      lambda.send(new sdk.GetFunctionConcurrencyCommand({ FunctionName }), abort),
    ),
    place.ask('lambda:GetAccountSettings', AccountSettings, () =>
      lambda.send(new sdk.GetAccountSettingsCommand({}), abort),
    ),
    place.ask('lambda:ListEventSourceMappings', Mappings, () =>
      lambda.send(new sdk.ListEventSourceMappingsCommand({ FunctionName, MaxItems: maxMappings }), abort),
    ),
  ]);
  if (configuration.kind === 'failed')
    return notRead(
      ref,
      configuration.error === 'ResourceNotFoundException' ? 'there is no such function' : configuration.reason,
    );
  const { data } = configuration;
  const log = await readFailures(data.LoggingConfig?.LogGroup ?? `/aws/lambda/${ref.name}`, place);
  const failed = [concurrency, account, mappings].flatMap((one) => (one.kind === 'failed' ? [one.reason] : []));
  const sources = mappings.kind === 'ok' ? mappings.data.EventSourceMappings : [];
  const more = mappings.kind === 'ok' && mappings.data.NextMarker !== undefined;
  const events = sources.flatMap((one) => {
    const source = refOfArn(one.EventSourceArn ?? '');
    const name = source?.name ?? one.EventSourceArn?.split(':').at(-1)?.slice(0, 300);
    if (name === undefined || name === '') return [];
    return [
      {
        ...(source && { type: source.type }),
        name,
        state: one.State ?? 'unknown',
        ...(one.LastProcessingResult && { lastResult: one.LastProcessingResult }),
        ...(one.StateTransitionReason && { reason: one.StateTransitionReason }),
        ...(one.BatchSize !== undefined && { batchSize: one.BatchSize }),
        ...(one.ScalingConfig?.MaximumConcurrency !== undefined && {
          maximumConcurrency: one.ScalingConfig.MaximumConcurrency,
        }),
        ...(one.LastModified && { changedAt: one.LastModified.toISOString() }),
      },
    ];
  });
  const modified = instantOf(data.LastModified);
  const resource: ResourceOf<'lambda'> = {
    type: 'lambda',
    name: ref.name,
    metrics: {},
    uses: [],
    ...(data.State && { state: data.State }),
    ...(data.StateReason && { stateReason: data.StateReason.slice(0, 300) }),
    ...(data.StateReasonCode && { stateReasonCode: data.StateReasonCode }),
    ...(data.LastUpdateStatus && { lastUpdateStatus: data.LastUpdateStatus }),
    ...(data.LastUpdateStatusReason && { lastUpdateReason: data.LastUpdateStatusReason.slice(0, 300) }),
    ...(data.LastUpdateStatusReasonCode && { lastUpdateReasonCode: data.LastUpdateStatusReasonCode }),
    ...(modified && { lastModified: modified }),
    ...(data.Runtime && { runtime: data.Runtime }),
    ...(data.MemorySize && { memoryMb: data.MemorySize }),
    ...(data.Timeout && { timeoutSeconds: data.Timeout }),
    ...(concurrency.kind === 'ok' &&
      concurrency.data.ReservedConcurrentExecutions !== undefined && {
        reservedConcurrency: concurrency.data.ReservedConcurrentExecutions,
      }),
    ...(account.kind === 'ok' && {
      accountConcurrency: {
        limit: account.data.AccountLimit.ConcurrentExecutions,
        unreserved: account.data.AccountLimit.UnreservedConcurrentExecutions,
      },
    }),
    eventSources: events,
    failures: log.lines,
  };
  const deadLetters = refOfArn(data.DeadLetterConfig?.TargetArn ?? '');
  return {
    resource,
    account: accountOfArn(data.FunctionArn),
    variables: Object.values(data.Environment?.Variables ?? {}),
    related: [
      ...sources.flatMap((one) => refOfArn(one.EventSourceArn ?? '') ?? []),
      ...(deadLetters ? [deadLetters] : []),
    ],
    missing: [
      ...failed.map((why) => `${wordOf(ref)}: part of it, because ${why}`),
      ...(more ? [`${wordOf(ref)}: its event sources beyond the first ${maxMappings}`] : []),
      ...(log.missing === undefined ? [] : [`${wordOf(ref)}: its log, because ${log.missing}`]),
    ],
  };
}

/** The functions that read a queue or stream. */
export async function consumersOf(
  arn: string,
  place: Place,
): Promise<{ readonly functions: readonly ResourceRef[]; readonly missing?: string }> {
  const sdk = await import('@aws-sdk/client-lambda');
  const answer = await place.ask('lambda:ListEventSourceMappings', Mappings, () =>
    place
      .client(sdk.LambdaClient)
      .send(new sdk.ListEventSourceMappingsCommand({ EventSourceArn: arn, MaxItems: maxMappings }), {
        abortSignal: place.deadline.signal,
      }),
  );
  if (answer.kind === 'failed') return { functions: [], missing: answer.reason };
  return { functions: answer.data.EventSourceMappings.flatMap((one) => refOfArn(one.FunctionArn ?? '') ?? []) };
}

/** Lambda writes `2026-11-20T10:00:00.000+0000`. */
function instantOf(written: string | undefined): string | undefined {
  const ms = Date.parse((written ?? '').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

async function readFailures(
  logGroupName: string,
  place: Place,
): Promise<{ readonly lines: ResourceEvent[]; readonly missing?: string }> {
  const sdk = await import('@aws-sdk/client-cloudwatch-logs');
  const logs = place.client(sdk.CloudWatchLogsClient);
  const lines: ResourceEvent[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await place.ask('logs:FilterLogEvents', Lines, () =>
      logs.send(
        new sdk.FilterLogEventsCommand({
          logGroupName,
          filterPattern: failurePattern,
          startTime: place.from,
          endTime: place.to,
          limit: maxLines,
          nextToken,
        }),
        { abortSignal: place.deadline.signal },
      ),
    );
    if (answer.kind === 'failed')
      return answer.error === 'ResourceNotFoundException' ? { lines } : { lines, missing: answer.reason };
    lines.push(
      ...answer.data.events.flatMap(({ timestamp, message }) =>
        timestamp === undefined || message === undefined
          ? []
          : [{ at: new Date(timestamp).toISOString(), message: message.trim().slice(0, 500) }],
      ),
    );
    nextToken = answer.data.nextToken;
    if (nextToken === undefined || lines.length >= maxLines) break;
  }
  return {
    lines: lines.slice(0, maxLines),
    ...(nextToken !== undefined && lines.length < maxLines ? { missing: `it has more than ${maxPages} pages` } : {}),
  };
}
