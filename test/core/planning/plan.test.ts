import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Brief } from '../../../core/model/report.ts';
import { planFor } from '../../../core/planning/plan.ts';
import { specialists } from '../../../core/planning/specialists.ts';
import { aContext, aTrigger, cronJob } from '../../builders.ts';

describe('the plan', () => {
  test('is a valid brief for each specialist, within the budget of its function', () => {
    for (const brief of planFor('inc-1', aTrigger(), aContext({ workload: cronJob }))) {
      expect(Brief.parse(brief)).toEqual(brief);
      expect(brief.budget.seconds).toBeLessThan(25);
      expect(brief).toMatchObject({ round: 1, phase: 'investigate', focus: [cronJob] });
      expect(brief.question).toContain('CronJob nightly-invoices');
    }
  });

  test('asks about what was paged when nothing has a name', () => {
    const { service: _, ...unknown } = aContext();
    expect(planFor('inc-1', aTrigger(), unknown)[0]?.question).toContain('what was paged');
  });

  test('of names as long as they may be still fits', () => {
    const name = 'n'.repeat(253);
    const [brief] = planFor('inc-1', aTrigger(), aContext({ workload: { kind: 'Deployment', name } }));
    expect(() => Brief.parse(brief)).not.toThrow();
  });
});

test('every specialist of the table is a function, and every such function is in the table', () => {
  const folders = readdirSync(new URL('../../../lambdas/', import.meta.url)).filter((name) =>
    name.startsWith('specialist-'),
  );
  expect(specialists.map(({ name }) => `specialist-${name}`).sort()).toEqual(folders.sort());
  for (const folder of folders) {
    expect(existsSync(new URL(`../../../lambdas/${folder}/handler.ts`, import.meta.url))).toBe(true);
  }
});
