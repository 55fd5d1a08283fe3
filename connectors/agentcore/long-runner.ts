// Runs long investigations in sessions of Amazon Bedrock AgentCore Runtime. InvokeAgentRuntime waits at most 15 minutes for an answer, so the session
// answers at once and works on in the background (https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-long-run.html).
import {
  BedrockAgentCoreClient,
  InvokeAgentRuntimeCommand,
  ResourceNotFoundException,
  StopRuntimeSessionCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import { Unavailable } from '../../core/errors.ts';
import type { LongRunner } from '../../core/ports/long-investigations.ts';

interface LongRunnerOptions {
  readonly arn: string;
  readonly seconds: number;
  readonly client?: BedrockAgentCoreClient;
}

export function agentCoreLongRunner({
  arn,
  seconds,
  client = new BedrockAgentCoreClient({}),
}: LongRunnerOptions): LongRunner {
  return {
    seconds,
    async start(job) {
      try {
        const { response } = await client.send(
          new InvokeAgentRuntimeCommand({
            agentRuntimeArn: arn,
            runtimeSessionId: job.session,
            contentType: 'application/json',
            accept: 'application/json',
            payload: new TextEncoder().encode(JSON.stringify(job)),
          }),
        );
        await response?.transformToString();
      } catch (cause) {
        throw new Unavailable('AgentCore Runtime did not take the investigation.', { cause });
      }
    },
    async stop(session) {
      try {
        await client.send(new StopRuntimeSessionCommand({ agentRuntimeArn: arn, runtimeSessionId: session }));
      } catch (cause) {
        if (cause instanceof ResourceNotFoundException) return;
        throw new Unavailable('AgentCore Runtime did not stop the session.', { cause });
      }
    },
  };
}
