import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { mergeInto } from '../../../connectors/catalog/merge.ts';
import type { Change } from '../../../core/topology/discovery/propose.ts';

const service = (name: string, field: string, value: unknown, form: Change['form'] = 'list'): Change => ({
  section: 'services',
  name,
  isNew: false,
  field,
  form,
  value,
  at: ['somewhere'],
});
const lines = (text: string) => text.split('\n');

test('only new lines and the lines of extended lists differ; comments and spacing stay', async () => {
  const before = await readFile(new URL('../../../config/catalog.yaml', import.meta.url), 'utf8');
  const after = mergeInto('catalog.yaml', before, [
    service('cart', 'aliases', 'carts'),
    service('backoffice-web', 'owners', 'team-web'),
    service('fresh', 'placements', { cluster: 'backend-1', namespace: 'shop', environment: 'production' }),
    service('fresh', 'account', '111122223333', 'value'),
    service('fresh', 'sources.logs', 'nr'),
  ]);
  const gone = lines(before).filter((line) => !lines(after).includes(line));
  expect(gone).toEqual([]);
  expect(lines(after).filter((line) => !lines(before).includes(line))).toEqual([
    '    owners: [team-billing, team-web]',
    '    aliases: [carts]',
    '  - name: fresh',
    '    placements: [{ cluster: backend-1, namespace: shop, environment: production }]',
    '    account: "111122223333"',
    '    sources: { logs: [nr] }',
  ]);
});

test('a value that is there is never replaced', () => {
  const before = 'environments: {}\nservices:\n- name: web # ours\n  repository: acme/web\n';
  const after = mergeInto('catalog.yaml', before, [service('web', 'repository', 'other/web', 'value')]);
  expect(after).toBe(before);
});

test('a catalogue that does not exist yet begins with the proposals', () => {
  const after = mergeInto('catalog.yaml', undefined, [
    { ...service('production', 'level', 'crawl', 'value'), section: 'environments' },
    { ...service('prod-1', 'environment', 'production', 'value'), section: 'clusters' },
    service('web', 'workloads', 'StatefulSet/web'),
  ]);
  expect(parse(after)).toEqual({
    environments: { production: { level: 'crawl' } },
    clusters: [{ name: 'prod-1', environment: 'production' }],
    services: [{ name: 'web', workloads: ['StatefulSet/web'] }],
  });
});

test('values that look like YAML stay values', () => {
  const odd = ['yes', '1e3', '- x', '# no', '{a: b}', 'a: b', '*x', '0123'];
  const after = mergeInto(
    'catalog.yaml',
    undefined,
    odd.map((one) => service('web', 'aliases', one)),
  );
  expect(parse(after).services[0].aliases).toEqual(odd);
});

test('a file that is no catalogue, or has anchors, is left alone', () => {
  const change = service('web', 'aliases', 'w');
  expect(() => mergeInto('c', 'services: [', [change])).toThrow('c is not YAML');
  expect(() => mergeInto('c', 'environments: {}\nothers: 1\n', [change])).toThrow('does not fit');
  const anchored = 'environments: { a: &x { level: crawl }, b: *x }\n';
  expect(() => mergeInto('c', anchored, [change])).toThrow('anchors');
});
