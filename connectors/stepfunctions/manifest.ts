// The manifest of Step Functions: its settings, signal and rights.
import * as z from 'zod';
import { accountId } from '../auth.ts';
import type { ArnParts, Manifest, SourceRight } from '../source-kind.ts';

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
/** Accounts whose state machines are read by their reader's role, each one of `aws.accounts`. */
const accounts = z.array(accountId).max(200).optional();
const configSchema = z.strictObject({ stateMachines, accounts });
/** A local process has the rights of its user, so the state machines are optional. */
const localSchema = z.strictObject({ stateMachines: stateMachines.optional(), accounts });
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
  accounts: (settings) => settings.accounts ?? [],
  rights: ({ stateMachines = [], accounts: others = [] }) => {
    const executions = stateMachines.map(executionsArn);
    const machines = stateMachines.map(machineArn);
    return [
      ...[undefined, ...others].flatMap((account): SourceRight[] => [
        { purpose: 'observe', account, actions: ['states:DescribeExecution'], resources: executions, wildcard },
        { purpose: 'observe', account, actions: ['states:ListExecutions'], resources: machines, wildcard },
      ]),
      { purpose: 'act', actions: ['states:RedriveExecution'], resources: executions, wildcard },
    ];
  },
};
