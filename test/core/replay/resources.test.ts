// The resources of AWS on a tape become a file of the scenario.
import { expect, test } from 'vitest';
import { scenarioFiles } from '../../../core/replay/scenario.ts';
import type { TapedCall } from '../../../core/replay/tape.ts';
import { anIncident } from '../../builders.ts';

const call = (port: string, value: unknown): TapedCall =>
  ({ port, args: {}, at: '2026-11-23T09:40:00Z', answer: { kind: 'value', value } }) as unknown as TapedCall;
const sets = (...resources: object[]) =>
  call('telemetry.resources.sets', { kind: 'data', data: [{ resources, quotas: [] }], query: '', bytes: 0 });

test('each resource once, as it was read last', () => {
  const files = scenarioFiles([
    call('incident', anIncident()),
    call('telemetry.resources.sets', { kind: 'data', data: [], query: '', bytes: 0 }),
    sets({ type: 'sqs', name: 'orders', visible: 1 }, { type: 'lambda', name: 'printer' }),
    sets({ type: 'sqs', name: 'orders', visible: 9 }),
  ]);
  expect(JSON.parse(files.get('resources.json') ?? '')).toEqual({
    resources: [
      { type: 'sqs', name: 'orders', visible: 9 },
      { type: 'lambda', name: 'printer' },
    ],
    quotas: [],
  });
  expect(scenarioFiles([call('incident', anIncident())]).has('resources.json')).toBe(false);
});
