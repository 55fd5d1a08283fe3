import { expect, test } from 'vitest';
import { liveStage, type Resource, synthesize } from './synthesize.ts';

const rules = (resources: readonly (readonly [string, Resource])[]) =>
  resources.flatMap(([, { Type, Properties }]) =>
    Type === 'AWS::Events::Rule' && /report-drift$/.test(String(Properties.Name)) ? [Properties] : [],
  );
const variables = (resources: readonly (readonly [string, Resource])[]) =>
  resources.flatMap(([, { Type, Properties }]) =>
    Type === 'AWS::Lambda::Function' && Properties.FunctionName === 'watchkeeper-test-report-drift'
      ? [(Properties.Environment as { Variables: Record<string, unknown> }).Variables]
      : [],
  );

test('differences of the catalogue are told every week in the channel that the stage names, and in no other stage', () => {
  const none = synthesize().resources;
  expect(rules(none)).toEqual([]);
  expect(variables(none)[0]).not.toHaveProperty('CATALOG_DRIFT');
  const { resources } = synthesize({ ...liveStage, catalogDrift: { channel: 'C0123' } });
  expect(rules(resources)).toMatchObject([
    { ScheduleExpression: 'cron(0 7 ? * MON *)', Targets: [{ DeadLetterConfig: expect.anything(), Input: '{}' }] },
  ]);
  expect(variables(resources)).toMatchObject([
    { CATALOG_DRIFT: '{"stage":"test","channel":"C0123"}', CATALOG_FILE: 'config/catalog.yaml' },
  ]);
});
