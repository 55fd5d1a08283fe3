// Every kind of source passes the shared suite, or says in the table why a case does not apply to it.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sourceKinds } from '../../../connectors/sources.ts';
import { triedTable } from '../../contract/sources/docs.ts';
import { rows } from '../../contract/sources/rows.ts';
import { leftOut, sourceContract, withAws } from '../../contract/sources/suite.ts';

withAws();

test('every kind has a row with a question for each of its signals, and no row is of no kind', () => {
  expect(Object.keys(rows).sort()).toEqual(sourceKinds.map(({ id }) => id).sort());
  for (const { id, signals } of sourceKinds)
    expect(
      [...(rows[id]?.questions.map(({ signal }) => signal) ?? []), ...Object.keys(rows[id]?.without ?? {})].sort(),
      id,
    ).toEqual(signals.length === 0 ? ['documents'] : signals.toSorted());
});

test('a case that is left out says why, and a test that it names is there', () => {
  for (const reason of leftOut(rows)) {
    expect(reason.because.length, reason.at).toBeGreaterThan(10);
    for (const [path] of reason.because.matchAll(/test\/[\w./-]+\.test\.ts/g))
      expect(existsSync(path), path).toBe(true);
  }
});
test('the documentation says what each kind was tried against, and the tests that it names are there', () => {
  const page = readFileSync('docs/data-sources.md', 'utf8');
  for (const line of triedTable(rows)) expect(page).toContain(line);
  for (const { tried } of Object.values(rows))
    for (const { test: path } of tried) expect(existsSync(path), path).toBe(true);
});

for (const kind of sourceKinds) {
  const row = rows[kind.id];
  if (row !== undefined) describe(kind.title, () => sourceContract(kind, row));
}
