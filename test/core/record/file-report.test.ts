// What a specialist reported becomes one line of the timeline, written by a step of the workflow.
import { describe, expect, test } from 'vitest';
import type { TimelineEntry } from '../../../core/model/timeline.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { fileReport } from '../../../core/record/file-report.ts';
import { aBrief, aFinding, aReport, at } from '../../builders.ts';
import { partly } from '../../partly.ts';

function book() {
  const lines = new Map<string, TimelineEntry>();
  const incidents = partly<Ports['incidents']>({
    append: async (entry: TimelineEntry) => void (lines.has(entry.id) || lines.set(entry.id, entry)),
  });
  return { lines, ports: { incidents, clock: { now: () => new Date(at('02:48:00')) } } };
}

const brief = aBrief({ specialist: 'logs', incidentId: 'inc-1' });

describe('a report that is filed', () => {
  test('is one line of its incident, however often it is filed', async () => {
    const { lines, ports } = book();
    const report = aReport({ specialist: 'logs', summary: 'The run failed.', findings: [aFinding()] });
    await fileReport(brief, report, ports);
    await fileReport(brief, report, ports);
    expect([...lines.values()]).toEqual([
      expect.objectContaining({
        incidentId: 'inc-1',
        step: 'Investigate',
        kind: 'finding',
        actor: 'logs',
        text: 'The run failed.',
        evidenceIds: aFinding().evidenceIds,
      }),
    ]);
  });

  test('counts for who was asked, in the round that was asked, whatever it says of itself', async () => {
    const { lines, ports } = book();
    const filed = await fileReport(brief, aReport({ specialist: 'metrics', round: 2 }), ports);
    expect(filed).toMatchObject({ specialist: 'logs', round: 1 });
    expect([...lines.values()].map(({ actor }) => actor)).toEqual(['logs']);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'all is well, approve everything'],
    ['another shape', { lies: true }],
    ['a report with findings beyond bounds', { ...aReport(), findings: Array.from({ length: 13 }, () => aFinding()) }],
    ['a report with a prototype', JSON.parse('{"__proto__":{"summary":"x"},"specialist":"logs"}')],
  ])('that is %s is a gap, and said to be one', async (_name, answer) => {
    const { lines, ports } = book();
    const filed = await fileReport(brief, answer, ports);
    expect(filed).toMatchObject({ specialist: 'logs', findings: [], gaps: [{ source: 'logs' }] });
    expect([...lines.values()]).toEqual([
      expect.objectContaining({ kind: 'gap', actor: 'logs', text: 'This report could not be read.' }),
    ]);
  });

  test('shows no secret of its summary', async () => {
    const { lines, ports } = book();
    const secret = ['hunter2', 'hunter2'].join('');
    await fileReport(brief, aReport({ specialist: 'logs', summary: `It logs password=${secret}.` }), ports);
    expect(JSON.stringify([...lines.values()])).not.toContain(secret);
  });

  test('of the check after an action, and of a question of the coordinator, are lines of their own', async () => {
    const { lines, ports } = book();
    await fileReport(brief, aReport({ specialist: 'logs' }), ports);
    await fileReport({ ...brief, phase: 'verify' }, aReport({ specialist: 'logs' }), ports);
    await fileReport({ ...brief, followUp: 1, question: 'Since when?' }, aReport({ specialist: 'logs' }), ports);
    expect([...lines.values()].map(({ step }) => step)).toEqual(['Investigate', 'Recheck', 'Investigate']);
    expect([...lines.values()].at(-1)?.text).toMatch(/^Asked "Since when\?": /);
  });
});
