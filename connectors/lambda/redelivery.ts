// The Redelivery port on AWS: it redelivers to Lambda functions and Step Functions executions.
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { Unavailable } from '../../core/errors.ts';
import type { Redelivery } from '../../core/ports/dead-letters.ts';

const Failure = z.object({ errorType: z.string() });

export function awsRedelivery(lambda: LambdaClient, workflow: SFNClient): Redelivery {
  return {
    async invoke(functionArn, payload) {
      const input = { FunctionName: functionArn, Payload: new TextEncoder().encode(JSON.stringify(payload ?? null)) };
      const { FunctionError, Payload } = await lambda.send(new InvokeCommand(input)).catch((cause: unknown) => {
        throw new Unavailable(`${functionArn} could not be called.`, { cause });
      });
      if (FunctionError === undefined) return { kind: 'done' };
      const failure = Failure.safeParse(JSON.parse(new TextDecoder().decode(Payload) || '{}'));
      return { kind: 'failed', code: failure.data?.errorType ?? FunctionError };
    },
    async start(stateMachineArn, name, input) {
      try {
        await workflow.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
        return 'started';
      } catch (cause) {
        if (cause instanceof ExecutionAlreadyExists) return 'exists';
        throw new Unavailable('The execution could not be started.', { cause });
      }
    },
  };
}
