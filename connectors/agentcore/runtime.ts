// Calls Amazon Bedrock AgentCore Runtime with an utterance: it sends the utterance to the session of its thread and returns the result.
import { BedrockAgentCoreClient, InvokeAgentRuntimeCommand } from '@aws-sdk/client-bedrock-agentcore';
import { Unavailable } from '../../core/errors.ts';

export interface AgentRuntime {
  /** `session` is 33 to 256 characters. @throws Unavailable, so that the sender tries again */
  invoke(session: string, payload: unknown): Promise<unknown>;
}

interface AgentRuntimeOptions {
  readonly arn: string;
  readonly client?: BedrockAgentCoreClient;
}

export function agentRuntime({ arn, client = new BedrockAgentCoreClient({}) }: AgentRuntimeOptions): AgentRuntime {
  return {
    async invoke(session, payload) {
      try {
        const { response } = await client.send(
          new InvokeAgentRuntimeCommand({
            agentRuntimeArn: arn,
            runtimeSessionId: session,
            contentType: 'application/json',
            accept: 'application/json',
            payload: new TextEncoder().encode(JSON.stringify(payload)),
          }),
        );
        return JSON.parse((await response?.transformToString()) ?? 'null');
      } catch (cause) {
        throw new Unavailable("The conversation's runtime did not answer.", { cause });
      }
    },
  };
}
