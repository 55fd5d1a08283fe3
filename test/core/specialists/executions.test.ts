// The executions specialist: which state machines it asks about, and what of their executions explains a page.
import { expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import type { ResourceRef } from '../../../core/model/aws-resources.ts';
import type { WorkflowExecution } from '../../../core/model/managed.ts';
import { noTelemetry } from '../../../core/ports/none.ts';
import { executions } from '../../../core/specialists/executions/index.ts';
import { investigateExecutions } from '../../../core/specialists/executions/investigate.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, aContext, aTrigger, at } from '../../builders.ts';

const known = (value: string) => ({ value, source: 'catalogue', confidence: 0.9, alternatives: [] });
const machine: ResourceRef = {
  type: 'stateMachine',
  name: 'nightly-labels',
  account: '111122223333',
  region: 'eu-west-1',
  service: 'labels',
};
const arn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:nightly-labels';
const failed = (over: Partial<WorkflowExecution> = {}): WorkflowExecution => ({
  arn: `${arn.replace(':stateMachine:', ':execution:')}:run-1`,
  status: 'FAILED',
  startedAt: at('02:35:00'),
  stoppedAt: at('02:41:00'),
  error: 'Lambda.TooManyRequestsException',
  redrivable: true,
  redrives: 0,
  ...over,
});
const contextWith = (resources: readonly ResourceRef[]) =>
  aContext({ service: known('labels'), resources: [...resources] });

async function reported(
  resources: readonly ResourceRef[],
  found: readonly WorkflowExecution[],
  title = 'labels: errors',
) {
  const asked: (readonly string[])[] = [];
  const report = await investigateExecutions(
    aBrief({ specialist: 'executions', context: contextWith(resources), trigger: aTrigger({ title }) }),
    {
      telemetry: {
        ...noTelemetry,
        executions: {
          observe: async (_, { arns }) => {
            asked.push(arns);
            return { kind: 'data', data: found, query: 'DescribeExecution', bytes: 10 };
          },
        },
      },
      evidence: diskEvidence(memoryDisk()),
      clock: { now: () => new Date(at('02:48:00')) },
    },
  );
  return { ...report, asked };
}

test('the state machine that the catalogue gives the paged service is asked about without an ARN in the page', async () => {
  expect(executions.applies(contextWith([machine]), aTrigger({ title: 'labels: errors' }))).toBe(true);
  const { asked, findings } = await reported([machine], [failed()]);
  expect(asked).toEqual([[arn]]);
  expect(findings).toMatchObject([
    { role: 'cause', cause: 'job-failed', entity: { kind: 'Execution', name: 'run-1' } },
  ]);
});
test('an execution of the page goes before the catalogue', async () => {
  const named = `${arn.replace(':stateMachine:', ':execution:').replace('nightly-labels', 'other')}:run-9`;
  const { asked } = await reported([machine], [], `failed: ${named}`);
  expect(asked).toEqual([[named]]);
});
test('a failure before the incident is context where nobody named it, and the cause where the page does', async () => {
  const old = failed({ startedAt: at('00:01:00'), stoppedAt: at('00:05:00') });
  const [unnamed] = (await reported([machine], [old])).findings;
  expect(unnamed).toMatchObject({ role: 'context' });
  expect(unnamed?.cause).toBeUndefined();
  expect((await reported([], [old], `failed: ${old.arn}`)).findings).toMatchObject([{ role: 'cause' }]);
});
test.each<[string, readonly ResourceRef[]]>([
  ['of a neighbour', [{ ...machine, service: 'billing' }]],
  ['of another kind', [{ ...machine, type: 'lambda' }]],
  ['of which nobody says the account', [{ ...machine, account: undefined }]],
])('a resource %s is no reason to ask', (_, resources) => {
  expect(executions.applies(contextWith(resources), aTrigger({ title: 'labels: errors' }))).toBe(false);
});
test('one of several without its place is a gap', async () => {
  const { gaps, asked } = await reported([machine, { ...machine, name: 'hourly', region: undefined }], [failed()]);
  expect(asked).toEqual([[arn]]);
  expect(gaps).toMatchObject([{ source: 'executions', reason: expect.stringContaining('hourly') }]);
});
