import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePrompt } from '../../../connectors/strands/index.ts';
import { Brief } from '../../../core/model/report.ts';
import { specialists } from '../../../core/specialists/index.ts';
import { planFor } from '../../../core/specialists/plan.ts';
import { specialistId } from '../../../core/specialists/specialist.ts';
import { promptFiles } from '../../../local/prompts.ts';
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

  test('asks no cluster about a service that runs in none, unless it calls something or is called', () => {
    const names = (over: Parameters<typeof aContext>[0]) =>
      planFor('inc-1', aTrigger(), aContext(over)).map(({ specialist }) => specialist);
    expect(names({ serverless: true, callers: [], callees: [] })).not.toContain('kubernetes');
    expect(names({ serverless: true, callers: ['web'], callees: [] })).toContain('kubernetes');
    expect(names({ callers: [], callees: [] })).toContain('kubernetes');
  });

  test('of names as long as they may be still fits', () => {
    const name = 'n'.repeat(253);
    const [brief] = planFor('inc-1', aTrigger(), aContext({ workload: { kind: 'Deployment', name } }));
    expect(() => Brief.parse(brief)).not.toThrow();
  });
});

test('every folder of specialists is in the table under its name, with its prompt', () => {
  const folder = new URL('../../../core/specialists/', import.meta.url);
  const folders = readdirSync(folder, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));
  expect(specialists.map(({ name }) => name).sort()).toEqual(folders.sort());
  const prompts = promptFiles().map(({ file, text }) => parsePrompt(file, text));
  const mine = prompts.filter(({ role }) => role === 'specialist').map(({ id }) => id);
  expect(mine.sort()).toEqual(folders.map(specialistId));
});
