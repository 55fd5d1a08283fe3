// A stage as CloudFormation would get it, without bundling the functions' code.
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { StageConfig } from '../../lib/config.ts';
import { WatchkeeperStack } from '../../lib/stack.ts';

export type Resource = { readonly Type: string; readonly Properties: Record<string, unknown> };

export const liveStage = {
  stage: 'test',
  telemetry: {
    kind: 'live',
    prometheus: { url: 'https://prometheus.example.com', auth: 'bearer' },
    clusters: [
      { name: 'backend', access: 'eks', region: 'eu-west-1' },
      { name: 'edge', access: 'kubeconfig' },
    ],
  },
  model: { provider: 'bedrock', models: { coordinator: 'eu.example.large-v1:0', specialist: 'example.small-v1:0' } },
  pagerduty: { from: 'watchkeeper@example.com' },
  slack: { channel: 'C0123456789', teams: ['T0123456789'], appId: 'A0123456789' },
  approvers: ['U0123456789'],
  alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:alarms',
};

/** `also` adds to the stage what it does not have. */
export function synthesize(config: unknown = liveStage, also: (stack: WatchkeeperStack) => unknown = () => {}) {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new WatchkeeperStack(app, StageConfig.parse(config), {
    env: { account: '123456789012', region: 'eu-west-1' },
  });
  also(stack);
  const template = Template.fromStack(stack);
  const resources = Object.entries(template.toJSON().Resources as Record<string, Resource>);
  return { stack, template, resources };
}
