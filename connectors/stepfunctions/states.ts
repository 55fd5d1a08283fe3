// The Executions port on AWS Step Functions: it reads the state of the executions of one state machine.
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ExecutionStatus,
  paginateListExecutions,
  SFNClient,
} from '@aws-sdk/client-sfn';
import type { ExecutionState, Executions } from '../../core/ports/executions.ts';

interface ExecutionStatesOptions {
  readonly stateMachineArn: string;
  readonly client?: SFNClient;
}

const states: Readonly<Record<ExecutionStatus, ExecutionState>> = {
  [ExecutionStatus.RUNNING]: 'running',
  [ExecutionStatus.PENDING_REDRIVE]: 'running',
  [ExecutionStatus.SUCCEEDED]: 'succeeded',
  [ExecutionStatus.FAILED]: 'failed',
  [ExecutionStatus.TIMED_OUT]: 'failed',
  [ExecutionStatus.ABORTED]: 'failed',
};
/** The size of a list page. If more than a few pages would be needed, executions are described one by one. */
const pageSize = 1000;
const maxPages = 5;

export function stepFunctionsStates({
  stateMachineArn,
  client = new SFNClient({}),
}: ExecutionStatesOptions): Executions {
  const arnOf = (name: string) => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  return {
    async state(name) {
      try {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn: arnOf(name) }));
        return (status && states[status]) ?? 'unknown';
      } catch (error) {
        return error instanceof ExecutionDoesNotExist ? 'absent' : 'unknown';
      }
    },
    async running() {
      const names = new Set<string>();
      try {
        const input = { stateMachineArn, statusFilter: ExecutionStatus.RUNNING, maxResults: pageSize };
        let pages = 0;
        for await (const { executions = [] } of paginateListExecutions({ client }, input)) {
          for (const { name } of executions) if (name !== undefined) names.add(name);
          pages += 1;
          if (pages === maxPages) break;
        }
      } catch {
        // Each execution that the list does not show as running is described by name.
      }
      return names;
    },
  };
}
