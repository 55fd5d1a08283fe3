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
import { Unavailable } from '../../core/errors.ts';
import { WorkflowExecution } from '../../core/model/managed.ts';
import type { Executor, ExecutorAction, Source } from '../../core/ports/telemetry.ts';
import { executorOf } from '../../core/remediation/routed.ts';
import { arnOf } from '../../core/topology/managed-resources.ts';

export interface ExecutionsOptions {
  /** Returns the client for the region and the account that an ARN names. */
  readonly client?: ((region: string, account: string) => SFNClient) | undefined;
}

const ended = [ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT, ExecutionStatus.ABORTED] as const;
const isEnded = ({ status }: DescribeExecutionOutput): boolean => ended.some((one) => one === status);
/** The number of executions of one state machine to read, for each kind of failure. */
const maxListed = 2;
const dayMs = 24 * 3_600_000;
/** After two redrives the failure has a cause that a third one does not remove. */
const maxRedrives = 2;

const placeOf = (arn: string): readonly [region: string, account: string] => {
  const [, , , region = '', account = ''] = arn.split(':');
  return [region, account];
};
const isTransient = (error: unknown): boolean =>
  !(error instanceof SFNServiceException) || error.$fault === 'server' || /Throttl|TooManyRequests/.test(error.name);

function clients({ client = (region) => new SFNClient({ region }) }: ExecutionsOptions): (arn: string) => SFNClient {
  const made = new Map<string, SFNClient>();
  return (arn) => {
    const [region, account] = placeOf(arn);
    const key = `${region} ${account}`;
    const known = made.get(key) ?? client(region, account);
    made.set(key, known);
    return known;
  };
}

/** A failed read is reported by the error's name; the vendor's text goes no further. */
export function stepFunctionsExecutions(options: ExecutionsOptions = {}): Source<'executions'> {
  const clientFor = clients(options);

  const named = async (arn: string): Promise<readonly string[]> => {
    if (!arn.includes(':stateMachine:')) return [arn];
    const lists = await Promise.all(
      ended.map((statusFilter) =>
        clientFor(arn).send(new ListExecutionsCommand({ stateMachineArn: arn, statusFilter, maxResults: maxListed })),
      ),
    );
    return lists
      .flatMap(({ executions = [] }) => executions)
      .filter(({ stopDate }) => stopDate !== undefined && Date.now() - stopDate.getTime() < dayMs)
      .flatMap(({ executionArn }) => executionArn ?? []);
  };

  const observe: Source<'executions'>['observe'] = async (_scope, { arns }) => {
    const missing: string[] = [];
    const found: WorkflowExecution[] = [];
    for (const nameOrArn of arns) {
      try {
        for (const arn of await named(nameOrArn))
          found.push(readExecution(await clientFor(arn).send(new DescribeExecutionCommand({ executionArn: arn }))));
      } catch (error) {
        const name = error instanceof Error ? error.name : 'no answer';
        missing.push(`${nameOrArn.split(':').slice(6).join('/')} could not be read (${name}).`);
      }
    }
    if (found.length === 0 && missing.length > 0)
      return { kind: 'gap', gap: { source: 'executions', reason: missing.join(' ').slice(0, 300) } };
    const bytes = JSON.stringify(found).length;
    return { kind: 'data', data: found, query: `DescribeExecution ${arns.join(' ')}`, missing, bytes };
  };
  return { observe };
}

function readExecution(described: DescribeExecutionOutput): WorkflowExecution {
  const { executionArn, status, startDate, stopDate, error, cause, redriveStatus, redriveCount = 0 } = described;
  return WorkflowExecution.parse({
    arn: executionArn,
    status,
    startedAt: startDate?.toISOString(),
    ...(stopDate === undefined ? {} : { stoppedAt: stopDate.toISOString() }),
    ...(error === undefined ? {} : { error: error.slice(0, 500) }),
    ...(cause === undefined ? {} : { cause: cause.slice(0, 4000) }),
    redrivable: redriveStatus === 'REDRIVABLE',
    redrives: redriveCount,
  });
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
