import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AuditEntry } from '../../../core/model/audit.ts';
import { exportAudit } from '../../../core/record/audit/export.ts';
import { at } from '../../builders.ts';

const entry = (over: Partial<AuditEntry> = {}): AuditEntry => ({
  id: 'inc-1:answer',
  at: at('03:00:00'),
  incidentId: 'inc-1',
  actor: { kind: 'person', id: 'ana' },
  kind: 'answer',
  outcome: 'approve',
  text: 'Approved.',
  policies: ['a', 'b'],
  evidenceIds: [],
  ...over,
});

test('JSON lines are the entries, one a line', () => {
  const entries = [entry(), entry({ id: 'two', text: 'a\nb' })];
  const lines = exportAudit(entries, 'jsonl').trimEnd().split('\n');
  expect(lines.map((line) => AuditEntry.parse(JSON.parse(line)))).toEqual(entries);
});
test('comma-separated values are read back by another program, whatever is in them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 20 }), (text, id) => {
      const csv = exportAudit([entry({ text, actor: { kind: 'person', id } })], 'csv');
      const [row] = parse(csv, { columns: true, relax_column_count: false }) as Record<string, string>[];
      const harmless = (value: string) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value);
      expect(row).toMatchObject({ text: harmless(text), actor: harmless(id), policies: 'a b', kind: 'answer' });
    }),
  );
});
test('no cell is a formula', () => {
  const csv = exportAudit([entry({ text: '=HYPERLINK("https://evil.example")' })], 'csv');
  expect(csv).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
});
test('nothing at all is an empty file, or only the heading', () => {
  expect(exportAudit([], 'jsonl')).toBe('');
  expect(exportAudit([], 'csv').split('\r\n')).toHaveLength(2);
});
