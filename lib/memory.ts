// Creates the memory across incidents: an AgentCore Memory whose semantic strategy stores its records under one namespace. A stage can use an
// existing one or have none; an incident never depends on it.
import { Duration, Stack } from 'aws-cdk-lib';
import { Memory as AgentCoreMemory, MemoryStrategy } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import type { StageConfig } from './config.ts';

interface MemoryProps {
  readonly prefix: string;
  readonly memory: StageConfig['memory'];
}

/** The namespace that connectors/agentcore searches. */
const namespace = '/incidents';

export class Memory extends Construct {
  /** Absent if the stage has no memory. */
  readonly identity: { readonly id: string; readonly arn: string } | undefined;

  constructor(scope: Construct, id: string, { prefix, memory }: MemoryProps) {
    super(scope, id);
    this.identity = this.#choose(memory, prefix);
  }

  #choose(memory: StageConfig['memory'], prefix: string) {
    switch (memory.kind) {
      case 'none':
        return undefined;
      case 'existing': {
        const arn = Stack.of(this).formatArn({
          service: 'bedrock-agentcore',
          resource: 'memory',
          resourceName: memory.id,
        });
        return { id: memory.id, arn };
      }
      case 'create': {
        const created = new AgentCoreMemory(this, 'Memory', {
          memoryName: `${prefix}memory`.replaceAll('-', '_'),
          description: 'What incidents taught',
          expirationDuration: Duration.days(memory.expiryDays),
          memoryStrategies: [MemoryStrategy.usingSemantic({ strategyName: 'incidents', namespaces: [namespace] })],
        });
        return { id: created.memoryId, arn: created.memoryArn };
      }
    }
  }
}
