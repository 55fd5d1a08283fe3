// Reads executions of AWS Step Functions by name, and redrives failed ones from the failed state (RedriveExecution). The service itself prevents a
// second redrive: a client token counts once (for a quarter of an hour; the ledger remembers it for longer).
import { createHash } from 'node:crypto';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  ExecutionStatus,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  SFNClient,
  SFNServiceException,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { Unavailable } from '../../core/errors.ts';
import { WorkflowExecution } from '../../core/model/managed.ts';
import type { Executor, ExecutorAction, Source } from '../../core/ports/telemetry.ts';
import { executorOf } from '../../core/remediation/routed.ts';
import { arnOf } from '../../core/topology/managed-resources.ts';
import { clientOptions, type Deadline, deadlineIn, send } from '../aws-calls.ts';

export interface ExecutionsOptions {
  /** Returns the client for the region and the account that an ARN names. */
  readonly client?: ((region: string, account: string) => SFNClient) | undefined;
}

const ended = [ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT, ExecutionStatus.ABORTED] as const;
const isEnded = ({ status }: DescribeExecutionOutput): boolean => ended.some((one) => one === status);
/** The number of executions of one state machine to read, for each kind of failure. */
const maxListed = 2;
/** Time for one question in milliseconds; a specialist has 20 seconds. */
const budgetMs = 12_000;
const dayMs = 24 * 3_600_000;
/** After two redrives the failure has a cause that a third one does not remove. */
const maxRedrives = 2;

const placeOf = (arn: string): readonly [region: string, account: string] => {
  const [, , , region = '', account = ''] = arn.split(':');
  return [region, account];
};
const isTransient = (error: unknown): boolean =>
  !(error instanceof SFNServiceException) || error.$fault === 'server' || /Throttl|TooManyRequests/.test(error.name);

function clients({
  client = (region) => new SFNClient(clientOptions(region, undefined)),
}: ExecutionsOptions): (arn: string) => SFNClient {
  const made = new Map<string, SFNClient>();
  return (arn) => {
    const [region, account] = placeOf(arn);
    const key = `${region} ${account}`;
    const known = made.get(key) ?? client(region, account);
    made.set(key, known);
    return known;
  };
}

const Listed = z.object({
  executions: z.array(z.object({ executionArn: z.string().optional(), stopDate: z.date().optional() })).default([]),
});
interface Named {
  readonly arns: readonly string[];
  readonly missing: readonly string[];
}

/** What cannot be read is named with the reason in our words; the vendor's text goes no further. */
export function stepFunctionsExecutions(options: ExecutionsOptions = {}): Source<'executions'> {
  const clientFor = clients(options);

  const named = async (arn: string, { signal: abortSignal }: Deadline): Promise<Named> => {
    if (!arn.includes(':stateMachine:')) return { arns: [arn], missing: [] };
    const lists = await Promise.all(
      ended.map((statusFilter) =>
        send('states:ListExecutions', Listed, () =>
          clientFor(arn).send(
            new ListExecutionsCommand({ stateMachineArn: arn, statusFilter, maxResults: maxListed }),
            { abortSignal },
          ),
        ),
      ),
    );
    const failed = lists.flatMap((one) => (one.kind === 'failed' ? [one.reason] : []));
    return {
      arns: lists
        .flatMap((one) => (one.kind === 'ok' ? one.data.executions : []))
        .filter(({ stopDate }) => stopDate !== undefined && Date.now() - stopDate.getTime() < dayMs)
        .flatMap(({ executionArn }) => executionArn ?? []),
      missing:
        failed.length === 0
          ? []
          : [
              `${nameIn(arn)}: ${failed.length} of ${lists.length} lists of executions could not be read (${failed[0]}).`,
            ],
    };
  };

  const described = async (arn: string, { signal: abortSignal }: Deadline): Promise<WorkflowExecution | string> => {
    const answer = await send('states:DescribeExecution', z.unknown(), () =>
      clientFor(arn).send(new DescribeExecutionCommand({ executionArn: arn }), { abortSignal }),
    );
    const read = answer.kind === 'ok' ? readExecution(answer.data) : undefined;
    const why =
      answer.kind === 'failed' ? answer.reason : 'states:DescribeExecution answered in a form that is not its API';
    return read ?? `${nameIn(arn)} could not be read (${why}).`;
  };

  const observe: Source<'executions'>['observe'] = async (_scope, { arns }) => {
    const deadline = deadlineIn(budgetMs);
    const read = await Promise.all(
      arns.map(async (nameOrArn) => {
        const { arns: those, missing } = await named(nameOrArn, deadline);
        return [...missing, ...(await Promise.all(those.map((arn) => described(arn, deadline))))];
      }),
    );
    const missing = read.flat().filter((one) => typeof one === 'string');
    const found = read.flat().filter((one) => typeof one !== 'string');
    if (found.length === 0 && missing.length > 0)
      return { kind: 'gap', gap: { source: 'executions', reason: missing.join(' ').slice(0, 300) } };
    const bytes = JSON.stringify(found).length;
    return { kind: 'data', data: found, query: `DescribeExecution ${arns.join(' ')}`, missing, bytes };
  };
  return { observe };
}

const nameIn = (arn: string): string => arn.split(':').slice(6).join('/');

const Described = z.object({
  executionArn: z.string(),
  status: z.string(),
  startDate: z.date().optional(),
  stopDate: z.date().optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
  redriveStatus: z.string().optional(),
  redriveCount: z.number().optional(),
});

/** Undefined if the answer has another form. */
function readExecution(answer: unknown): WorkflowExecution | undefined {
  const described = Described.safeParse(answer);
  if (!described.success) return undefined;
  const { executionArn, status, startDate, stopDate, error, cause, redriveStatus, redriveCount = 0 } = described.data;
  const read = WorkflowExecution.safeParse({
    arn: executionArn,
    status,
    startedAt: startDate?.toISOString(),
    ...(stopDate === undefined ? {} : { stoppedAt: stopDate.toISOString() }),
    ...(error === undefined ? {} : { error: error.slice(0, 500) }),
    ...(cause === undefined ? {} : { cause: cause.slice(0, 4000) }),
    redrivable: redriveStatus === 'REDRIVABLE',
    redrives: redriveCount,
  });
  return read.success ? read.data : undefined;
}

const refused = (why: string) => ({ kind: 'refused', why }) as const;

/** @throws Unavailable if a retry may help. */
export const stepFunctionsExecutor = (options: ExecutionsOptions = {}): Executor =>
  executorOf<'step-functions'>({ 'retry-execution': redrives(options) });

function redrives(options: ExecutionsOptions): Executor {
  const clientFor = clients(options);

  const refusable = async <T>(
    call: () => Promise<T>,
  ): Promise<T | { readonly kind: 'refused'; readonly why: string }> => {
    try {
      return await call();
    } catch (error) {
      if (isTransient(error)) throw new Unavailable('Step Functions did not answer.', { cause: error });
      return refused(`Step Functions refused it (${error instanceof Error ? error.name : 'unknown'}).`);
    }
  };
  const stateOf = (arn: string) =>
    refusable(async () => {
      const found = await clientFor(arn).send(new DescribeExecutionCommand({ executionArn: arn }));
      if (!isEnded(found))
        return {
          ...refused(`It is ${found.status?.toLowerCase().replace('_', ' ')}, not failed.`),
          notFailed: true,
        } as const;
      if (found.redriveStatus !== 'REDRIVABLE')
        return refused('Step Functions says that it cannot be redriven (too old, or not begun).');
      if ((found.redriveCount ?? 0) >= maxRedrives)
        return refused(`It was redriven ${found.redriveCount} times already: that is a symptom, not a cure.`);
      return { kind: 'ok', detail: 'It failed and can be redriven.' } as const;
    });
  const targetOf = ({ target }: ExecutorAction) => arnOf(target);

  return {
    async dryRun(action) {
      const arn = targetOf(action);
      return arn === undefined ? refused('It is no execution of a state machine.') : stateOf(arn);
    },
    execute: async (action) => {
      const arn = targetOf(action);
      if (arn === undefined) return refused('It is no execution of a state machine.');
      const clientToken = createHash('sha256').update(action.idempotencyKey).digest('hex').slice(0, 32);
      const detail = `RedriveExecution of ${action.target.name} was taken.`;
      const redrive = () =>
        refusable(async () => {
          await clientFor(arn).send(new RedriveExecutionCommand({ executionArn: arn, clientToken }));
          return { kind: 'done', detail } as const;
        });
      const state = await stateOf(arn);
      // An earlier attempt may have redriven it. With the same token the service says so and starts nothing.
      if (state.kind === 'refused' && !('notFailed' in state)) return state;
      const done = await redrive();
      return state.kind === 'refused' && done.kind === 'refused' ? state : done;
    },
  };
}
