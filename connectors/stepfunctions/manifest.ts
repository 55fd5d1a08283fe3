// The manifest of Step Functions: its settings, signal and rights.
import * as z from 'zod';
import type { ArnParts, Manifest } from '../source-kind.ts';

/**
 * A state machine by ARN, or by name in any region; a final `*` matches all names that begin like it. A pattern cannot match every state machine of
 * an account.
 */
const stateMachine = z
  .string()
  .regex(
    /^(?:arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:stateMachine:)?[A-Za-z0-9_-]{1,80}\*?$/,
    'the name of a state machine, its beginning with a * after it, or its ARN',
  );
const stateMachines = z.array(stateMachine).min(1).max(50);
const configSchema = z.strictObject({ stateMachines });
/** A local process has the rights of its user, so the state machines are optional. */
const localSchema = z.strictObject({ stateMachines: stateMachines.optional() });
export type StepFunctionsSettings = z.infer<typeof localSchema>;

const inStage = z
  .union([z.literal(false).transform((): string[] => []), stateMachines], {
    error:
      'names the state machines that Watchkeeper may look at and redrive, as ["nightly-exports", "billing-*"]; true, which meant all of the account, is not taken any more',
  })
  .transform((named) => (named.length === 0 ? undefined : { stateMachines: named }));

const machineArn = (named: string): ArnParts =>
  named.startsWith('arn:')
    ? named
    : { service: 'states', region: '*', resource: 'stateMachine', name: named, separator: ':' };
const executionsArn = (named: string): ArnParts =>
  named.startsWith('arn:')
    ? `${named.replace(':stateMachine:', ':execution:')}:*`
    : { service: 'states', region: '*', resource: 'execution', name: `${named}:*`, separator: ':' };

const wildcard = 'The stage names the state machines; their executions have names that nobody knows before.';

export const stepFunctions: Manifest<StepFunctionsSettings> = {
  id: 'step-functions',
  title: 'AWS Step Functions',
  signals: ['executions'],
  configSchema,
  localSchema,
  blocks: {
    stage: { field: 'executions', schema: inStage },
    local: { field: 'executions', schema: z.literal('step-functions').transform(() => ({})) },
  },
  secrets: [],
  rights: ({ stateMachines = [] }) => {
    const executions = stateMachines.map(executionsArn);
    return [
      { purpose: 'observe', actions: ['states:DescribeExecution'], resources: executions, wildcard },
      { purpose: 'observe', actions: ['states:ListExecutions'], resources: stateMachines.map(machineArn), wildcard },
      { purpose: 'act', actions: ['states:RedriveExecution'], resources: executions, wildcard },
    ];
  },
};
