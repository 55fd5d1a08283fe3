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
