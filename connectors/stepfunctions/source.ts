// Creates the source of executions of Step Functions. State machines of the settings' accounts are read by the reader's role there, others with the
// credentials of the process.
import { SFNClient } from '@aws-sdk/client-sfn';
import { clientOptions, credentialsFor } from '../aws-calls.ts';
import type { MakeSource, SourceMeans } from '../source-kind.ts';
import { type ExecutionsOptions, stepFunctionsExecutions } from './executions.ts';
import type { StepFunctionsSettings } from './manifest.ts';

export const optionsOf = ({ accounts = [] }: StepFunctionsSettings, { aws }: SourceMeans): ExecutionsOptions => ({
  client: (region, account) =>
    new SFNClient(
      clientOptions(region, accounts.includes(account) ? credentialsFor(account, aws) : aws?.credentials()),
    ),
});

export const make: MakeSource<StepFunctionsSettings> = (settings, means) => ({
  executions: stepFunctionsExecutions(optionsOf(settings, means)),
});
