import { expect, it } from 'vitest';
import { incidentRow } from '../../../core/console/incident-list.ts';
import { changeView, serviceView } from '../../../core/console/service-view.ts';
import { CatalogService } from '../../../core/ports/catalog.ts';
import { aDiagnosis, aHypothesis, anIncident, aPreference, at } from '../../builders.ts';

const services = [
  CatalogService.parse({ name: 'checkout', owners: ['team-shop'], dependsOn: ['cart'] }),
  CatalogService.parse({ name: 'storefront', dependsOn: ['checkout'] }),
];
const rows = [
  incidentRow(anIncident({ id: 'inc-1', place: { service: 'checkout' } }), undefined, []),
  incidentRow(anIncident({ id: 'inc-2', place: { service: 'cart' } }), undefined, []),
];
const record = { catalog: { services }, incidents: rows, changes: [], calls: [], facts: [], preferences: [] };

it('has the incidents of the service, its callers, and what was taught in its incidents', () => {
  const preferences = [aPreference({ incidentId: 'inc-1' }), aPreference({ id: 'pref-2', incidentId: 'inc-2' })];
  const view = serviceView({ ...record, name: 'checkout', preferences });
  expect(view).toMatchObject({ calledBy: ['storefront'], catalogued: { owners: ['team-shop'], dependsOn: ['cart'] } });
  expect(view.incidents.map(({ id }) => id)).toEqual(['inc-1']);
  expect(view.preferences.map(({ id }) => id)).toEqual(['pref-1']);
});

it('shows a service that the catalogue does not have', () => {
  expect(serviceView({ ...record, name: 'unheard-of' })).toMatchObject({ name: 'unheard-of', incidents: [] });
  expect(serviceView({ ...record, name: 'unheard-of' }).catalogued).toBeUndefined();
});

it('tells the change that a diagnosis names in the words of its evidence', () => {
  const onset = at('02:40:00');
  const diagnosis = aDiagnosis({ hypotheses: [aHypothesis({ changeId: 'deploy-7', onset })] });
  const evidence = {
    id: 'e',
    incidentId: 'inc-1',
    source: 'changes',
    query: 'q',
    excerpt: 'deploy 7 by jon',
    hash: 'h',
  };
  expect(changeView({ id: 'inc-1', openedAt: at('02:47:00') }, diagnosis, [evidence])).toEqual({
    incidentId: 'inc-1',
    at: onset,
    id: 'deploy-7',
    text: 'deploy 7 by jon',
  });
  expect(changeView({ id: 'inc-1', openedAt: onset }, aDiagnosis(), [])).toBeUndefined();
});
