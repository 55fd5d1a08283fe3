import { describe, expect, test } from 'vitest';
import { impliedCalls } from '../../../core/topology/implied.ts';

describe('a dead letter queue', () => {
  test.each([
    ['parcels-dlq', 'parcels'],
    ['parcels_dead_letters', 'parcels'],
    ['parcels-dead-letter-queue', 'parcels-queue'],
    ['parcels-dlq.fifo', 'parcels.fifo'],
  ])('%s depends on %s and on its consumers', (name, queue) => {
    expect(impliedCalls([name], [{ from: queue, to: 'packer' }])).toEqual([
      { from: name, to: queue },
      { from: name, to: 'packer' },
    ]);
  });
  test.each([
    ['without its queue', ['parcels-dlq'], [{ from: 'letters', to: 'packer' }]],
    ['a name that only contains the letters', ['parcels-dlqueue-worker'], [{ from: 'parcels', to: 'packer' }]],
    ['the letters alone', ['dlq'], [{ from: 'parcels', to: 'packer' }]],
  ])('%s implies nothing', (_, names, calls) => {
    expect(impliedCalls(names, calls)).toEqual([]);
  });
});
