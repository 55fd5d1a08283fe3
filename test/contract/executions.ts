import { expect, test } from 'vitest';
import type { Executions } from '../../core/ports/executions.ts';

/** Executions `running`, `succeeded` and `failed` are as they are named; of `hidden` nobody can say anything. */
export function executionsContract(open: () => Promise<Executions>): void {
  test.each(['running', 'succeeded', 'failed'] as const)('an execution that is %s is said to be', async (name) => {
    expect(await (await open()).state(name)).toBe(name);
  });
  test('one that nobody began is absent', async () => {
    expect(await (await open()).state('never-begun')).toBe('absent');
  });
  test('one that cannot be asked for is unknown, and nothing is thrown', async () => {
    expect(await (await open()).state('hidden')).toBe('unknown');
  });
  test('those that run are known together, and no other', async () => {
    expect([...(await (await open()).running())]).toEqual(['running']);
  });
}
