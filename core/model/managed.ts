// State of systems outside clusters, as their vendors report it: AWS Step Functions executions, and a CDN's answers at its edge.
import * as z from 'zod';
import { Instant } from './entity.ts';

/** ARN of an execution of a standard workflow; express executions have no name to query. */
export const executionArn = /arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:execution:[\w.-]{1,80}:[\w.-]{1,80}/;
export const stateMachineArn = /arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:stateMachine:[\w.-]{1,80}/;

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html */
export const WorkflowExecution = z.strictObject({
  arn: z.string().regex(new RegExp(`^${executionArn.source}$`)),
  status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE']),
  startedAt: Instant,
  stoppedAt: Instant.optional(),
  error: z.string().max(500).optional(),
  cause: z.string().max(4000).optional(),
  /** Whether the execution can resume from its failed step. */
  redrivable: z.boolean(),
  /** How often it was redriven. */
  redrives: z.number().int().min(0),
});
export type WorkflowExecution = z.infer<typeof WorkflowExecution>;

/**
 * One answer of a CDN to a request with its debug header (https://www.fastly.com/documentation/guides/full-site-delivery/caching/checking-cache/).
 */
export const EdgeAnswer = z.strictObject({
  url: z.url().max(2000),
  /** The CDN's own id of the service that answers for the host. */
  service: z.string().min(1).max(60),
  status: z.number().int().min(100).max(599),
  cache: z.enum(['hit', 'miss', 'pass', 'unknown']),
  ageSeconds: z.number().min(0),
  surrogateKeys: z.array(z.string().min(1).max(1024)).max(100),
});
export type EdgeAnswer = z.infer<typeof EdgeAnswer>;

const Count = z.number().finite().min(0);

/** What a CDN's service delivered in one period. */
const CdnCounts = z.strictObject({
  requests: Count,
  hits: Count,
  misses: Count,
  /** Requests that the cache passes on to the origin by its rules. */
  passes: Count,
  /** Responses with a status of 500 or above, whoever made them. */
  serverErrors: Count,
  /** Requests that ended in an error of the CDN itself: it made the response, or got none from the origin. */
  edgeErrors: Count,
  originFetches: Count,
  /** Seconds that misses and passes took together. */
  originSeconds: Count,
});

/** The delivery of one CDN service, as its own statistics count it. */
export const CdnTraffic = z.strictObject({
  /** The service of the catalogue behind it, or the host. */
  service: z.string().min(1).max(200),
  /** The CDN's own id of its service. */
  id: z.string().min(1).max(60),
  /** In time order; a minute without statistics is left out. */
  minutes: z.array(CdnCounts.extend({ at: Instant })).max(3000),
  /** By location of the CDN, over the newest seconds (`popsAt`). */
  pops: z
    .array(z.strictObject({ pop: z.string().min(1).max(40), requests: Count, serverErrors: Count, edgeErrors: Count }))
    .max(300)
    .default([]),
  popsAt: z.strictObject({ start: Instant, end: Instant }).optional(),
});
export type CdnTraffic = z.infer<typeof CdnTraffic>;
export type CdnMinute = CdnTraffic['minutes'][number];
