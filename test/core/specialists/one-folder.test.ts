// Adding a specialist is adding a folder and one row: it is planned, its function runs, and its report holds its own evidence.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import { parsePrompt } from '../../../connectors/strands/index.ts';
import { Report } from '../../../core/model/report.ts';
import { noTelemetry } from '../../../core/ports/none.ts';
import { specialists } from '../../../core/specialists/index.ts';
import { planFor } from '../../../core/specialists/plan.ts';
import { specialistId } from '../../../core/specialists/specialist.ts';
import { create } from '../../../lambdas/specialist/handler.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aContext, aTrigger, at } from '../../builders.ts';
import { vendors } from '../../fixtures/specialists/vendors/index.ts';

const table = [...specialists, vendors];
const clock = { now: () => new Date(at('03:00:00')) };
const evidence = diskEvidence(memoryDisk());
const lambda = { getRemainingTimeInMillis: () => 20_000, awsRequestId: 'r-1' } as never;

test('is planned, answers its brief, and stores what it found', async () => {
  const brief = planFor('inc-1', aTrigger(), aContext(), table).find(({ specialist }) => specialist === 'vendors');
  expect(brief?.question).toContain('Does a vendor');
  const status = {
    observe: async () => ({ kind: 'data', data: [{ provider: 'acme-pay' }], query: 'status', bytes: 9 }),
  };
  const telemetry = { ...noTelemetry, status } as never;
  const run = create(
    { telemetry, evidence, clock, ids: { next: () => 'id-1' }, reasoner: undefined as never },
    'vendors',
    table,
  );
  const report = Report.parse(await run(brief, lambda));
  expect(report.findings).toMatchObject([{ specialist: 'vendors', entity: { kind: 'Vendor', name: 'acme-pay' } }]);
  const [id = ''] = report.findings[0]?.evidenceIds ?? [];
  expect(await evidence.get('inc-1', id)).toMatchObject({ source: 'status' });
});

test('without an answer of its source it is a gap and no failure', async () => {
  const brief = planFor('inc-1', aTrigger(), aContext(), table).find(({ specialist }) => specialist === 'vendors');
  const ports = {
    telemetry: noTelemetry,
    evidence,
    clock,
    ids: { next: () => 'id-1' },
    reasoner: undefined as never,
  };
  const report = Report.parse(await create(ports, 'vendors', table)(brief, lambda));
  expect(report.findings).toEqual([]);
  expect(report.gaps).toHaveLength(1);
});

test('its prompt is one that a specialist can have', () => {
  const text = readFileSync('test/fixtures/specialists/vendors/prompt.md', 'utf8');
  expect(parsePrompt('prompt.md', text)).toMatchObject({ id: specialistId('vendors'), role: 'specialist' });
});
