// The Workflow port on AWS Step Functions (or any service with SendTaskSuccess). It answers waiting executions and starts none.
import {
  InvalidToken,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { Unavailable } from '../../core/errors.ts';
import type { Heartbeats, Workflow } from '../../core/ports/channels.ts';

export { stepFunctionsExecutions, stepFunctionsExecutor } from './executions.ts';
export { stepFunctionsStates } from './states.ts';

interface StepFunctionsWorkflowOptions {
  readonly client?: SFNClient;
}

/** A token that is invalid, already answered or timed out gives `gone`; any other failure throws `Unavailable`. No message contains the token. */
export function stepFunctionsWorkflow({ client = new SFNClient({}) }: StepFunctionsWorkflowOptions = {}): Workflow {
  return {
    async resume(taskToken, output) {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
        return 'resumed';
      } catch (cause) {
        if (isGone(cause)) return 'gone';
        throw new Unavailable('Step Functions did not take the answer; it can be sent again.', { cause });
      }
    },
  };
}

/** The same for the sign of life of a waiting task. */
export function stepFunctionsHeartbeats({ client = new SFNClient({}) }: StepFunctionsWorkflowOptions = {}): Heartbeats {
  return {
    async send(taskToken) {
      try {
        await client.send(new SendTaskHeartbeatCommand({ taskToken }));
        return 'waits';
      } catch (cause) {
        if (isGone(cause)) return 'gone';
        throw new Unavailable('Step Functions did not take the heartbeat; the next one follows.', { cause });
      }
    },
  };
}

const isGone = (error: unknown): boolean =>
  error instanceof TaskDoesNotExist || error instanceof TaskTimedOut || error instanceof InvalidToken;
