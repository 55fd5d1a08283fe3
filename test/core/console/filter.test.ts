import { describe, expect, it } from 'vitest';
import { choicesOf, filterIncidents, type IncidentFilter } from '../../../core/console/filter.ts';
import { incidentRow } from '../../../core/console/incident-list.ts';
import type { Incident } from '../../../core/model/incident.ts';
import { aDiagnosis, anApproval, anIncident, at } from '../../builders.ts';

const row = (id: string, over: Partial<Incident>, deciders: readonly string[] = []) =>
  incidentRow(
    anIncident({ id, ...over }),
    id === 'inc-undiagnosed' ? undefined : aDiagnosis(),
    deciders.map((by) => ({
      ...anApproval(),
      state: 'decided',
      verdict: 'approve',
      decidedBy: by,
      decidedAt: at('02:50:00'),
    })),
  );
const rows = [
  row('inc-open', {
    status: 'awaiting-approval',
    title: 'Checkout is slow',
    place: { service: 'checkout', cluster: 'eu' },
  }),
  row('inc-good', { status: 'closed', outcome: 'recovered', place: { service: 'billing', cluster: 'us' } }, [
    'ana',
    'ben',
  ]),
  row('inc-bad', { status: 'closed', outcome: 'needs-person', openedAt: at('01:00:00') }),
  row('inc-undiagnosed', { status: 'investigating', title: 'Checkout fails' }),
];
const found = (filter: IncidentFilter) =>
  filterIncidents(rows, filter, new Date(at('03:00:00'))).map(({ id }) => id.slice(4));

describe('the filter of the list', () => {
  it.each([
    [{}, ['open', 'good', 'bad', 'undiagnosed']],
    [{ state: 'open' }, ['open', 'undiagnosed']],
    [{ state: 'asks' }, ['open']],
    [{ state: 'bad' }, ['bad']],
    [{ state: 'good' }, ['good']],
    [{ state: 'ended' }, ['good', 'bad']],
    [{ service: 'billing' }, ['good']],
    [{ cluster: 'eu' }, ['open']],
    [{ person: 'ben' }, ['good']],
    [{ hours: 1 }, ['open', 'good', 'undiagnosed']],
    [{ text: 'CHECKOUT slow' }, ['open']],
    [{ text: 'checkout', state: 'open', service: 'checkout' }, ['open']],
    [{ text: 'nothing like it' }, []],
  ] satisfies [IncidentFilter, string[]][])('%j finds %j', (filter, expected) => {
    expect(found(filter)).toEqual(expected);
  });

  it('narrows by cause', () => {
    expect(found({ cause: rows[0]?.cause })).toEqual(['open', 'good', 'bad']);
  });

  it('offers what the rows have', () => {
    expect(choicesOf(rows)).toMatchObject({
      service: ['billing', 'checkout'],
      cluster: ['eu', 'us'],
      person: ['ana', 'ben'],
    });
  });
});
