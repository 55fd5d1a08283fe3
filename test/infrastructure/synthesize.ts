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

interface Synthesized {
  readonly stack: WatchkeeperStack;
  readonly template: Template;
  readonly resources: readonly (readonly [id: string, resource: Resource])[];
}

/** Templates by configuration, for all that only look at them. */
const made = new Map<string, Synthesized>();

/** Only to be looked at. */
export function synthesize(config: unknown = liveStage): Synthesized {
  const key = JSON.stringify(config);
  const kept = made.get(key) ?? synthesizeAnew(config);
  made.set(key, kept);
  return kept;
}

/** `also` adds to the stage what it does not have. The CDK's own check of a template takes longer than all the rest. */
export function synthesizeAnew(
  config: unknown,
  also: (stack: WatchkeeperStack) => unknown = () => {},
  { validated = false } = {},
): Synthesized {
  const app = new App({
    context: { 'aws:cdk:bundling-stacks': [] },
    treeMetadata: false,
    builtinCloudFormationValidation: validated,
  });
  const stack = new WatchkeeperStack(app, StageConfig.parse(config), {
    env: { account: '123456789012', region: 'eu-west-1' },
  });
  also(stack);
  const template = Template.fromStack(stack);
  const resources = Object.entries(template.toJSON().Resources as Record<string, Resource>);
  return { stack, template, resources };
}
