// Reads a state machine of Step Functions: its state, and the resources that its definition names. Its executions are another signal's (connectors/stepfunctions).
import * as z from 'zod';
import type { ResourceOf, ResourceRef } from '../../core/model/aws-resources.ts';
import { arnOfMachine, refsInText } from '../../core/topology/aws-resources.ts';
import { accountOfArn, notRead, type Place, type Read } from './place.ts';

const Machine = z.object({
  stateMachineArn: z.string().max(300),
  status: z.string().max(60).optional(),
  /** At most 1 MB. */
  definition: z.string().max(1_100_000).optional(),
});
const Machines = z.object({
  stateMachines: z
    .array(z.object({ stateMachineArn: z.string().max(300), name: z.string().max(100).optional() }))
    .max(1000)
    .default([]),
  nextToken: z.string().min(1).optional(),
});
const maxPages = 3;

export async function readMachine(ref: ResourceRef, place: Place): Promise<Read> {
  const sdk = await import('@aws-sdk/client-sfn');
  const client = place.client(sdk.SFNClient);
  const abort = { abortSignal: place.deadline.signal };
  const known = arnOfMachine({ region: place.region, ...ref });
  const found = known === undefined ? await arnNamed(ref, place) : { arn: known };
  if (found.arn === undefined) return notRead(ref, found.why ?? 'there is no such state machine');
  const stateMachineArn = found.arn;
  const answer = await place.ask('states:DescribeStateMachine', Machine, () =>
    client.send(new sdk.DescribeStateMachineCommand({ stateMachineArn }), abort),
  );
  if (answer.kind === 'failed')
    return notRead(ref, /DoesNotExist/.test(answer.error) ? 'there is no such state machine' : answer.reason);
  const used = refsInText(answer.data.definition ?? '').filter(({ type }) => type !== 'stateMachine');
  const resource: ResourceOf<'stateMachine'> = {
    type: 'stateMachine',
    name: ref.name,
    metrics: {},
    uses: [...new Set(used.map((one) => `${one.type}:${one.name}`))].slice(0, 50),
    ...(answer.data.status && { status: answer.data.status }),
  };
  return {
    resource,
    account: accountOfArn(stateMachineArn),
    dimensions: { StateMachineArn: stateMachineArn },
    related: used,
    missing: [],
  };
}

/** Where nobody says the account, the list of the place gives the ARN. */
async function arnNamed(
  { name }: ResourceRef,
  place: Place,
): Promise<{ readonly arn?: string | undefined; readonly why?: string }> {
  const sdk = await import('@aws-sdk/client-sfn');
  let nextToken: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await place.ask('states:ListStateMachines', Machines, () =>
      place.client(sdk.SFNClient).send(new sdk.ListStateMachinesCommand({ maxResults: 1000, nextToken }), {
        abortSignal: place.deadline.signal,
      }),
    );
    if (answer.kind === 'failed') return { why: answer.reason };
    const arn = answer.data.stateMachines.find((one) => one.name === name)?.stateMachineArn;
    if (arn !== undefined) return { arn };
    nextToken = answer.data.nextToken;
    if (nextToken === undefined) return {};
  }
  return { why: `it is not among the first ${1000 * maxPages} state machines` };
}
