import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseCatalog, yamlCatalog } from '../../../connectors/catalog/index.ts';
import { Misconfigured } from '../../../core/errors.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'catalog-'));
  file = join(folder, 'catalog.yaml');
});
afterEach(() => rm(folder, { recursive: true }));

describe('the catalogue file', () => {
  test('is read, with what it leaves out filled in', async () => {
    await writeFile(file, 'environments: { production: { level: walk } }\nservices: [{ name: cart }]\n');
    const catalog = await yamlCatalog(file).load();
    expect(catalog).toMatchObject({ killSwitch: false, approvers: [], services: [{ name: 'cart', dependsOn: [] }] });
  });

  test('is read anew when it has changed, so that a kill switch counts at once', async () => {
    await writeFile(file, 'environments: {}\n');
    const catalog = yamlCatalog(file);
    expect((await catalog.load()).killSwitch).toBe(false);
    await writeFile(file, 'environments: {}\nkillSwitch: true\n');
    await utimes(file, new Date(), new Date(Date.now() + 5000));
    expect((await catalog.load()).killSwitch).toBe(true);
  });

  test('that is missing is named', async () => {
    await expect(yamlCatalog(file).load()).rejects.toThrow(
      new Misconfigured(`The service catalogue ${file} cannot be read.`),
    );
  });

  test.each([
    ['a: [', 'is not YAML'],
    ['', 'does not fit'],
    ['environments: { production: { level: sprint } }', 'environments.production.level'],
    ['environments: {}\nservices: [{ name: x, ownres: [a] }]', 'services[0]'],
    ['environments: {}\nclusters: [{ name: x }]', 'clusters[0].environment'],
    [
      `a: &a [x, x]\n${'bcdefghijk'
        .split('')
        .map((key, n) => `${key}: &${key} [${`*${'abcdefghijk'[n]},`.repeat(9)}]`)
        .join('\n')}`,
      '',
    ],
  ])('that is wrong is refused with file and field: %#', async (text, words) => {
    await writeFile(file, text);
    const loading = yamlCatalog(file).load();
    await expect(loading).rejects.toThrow(Misconfigured);
    await expect(loading).rejects.toThrow(file);
    await expect(loading).rejects.toThrow(words);
  });
});

describe('the catalogue that comes along', () => {
  test('fits, and every cluster and dependency in it is there', async () => {
    const name = new URL('../../../config/catalog.yaml', import.meta.url);
    const { services, clusters, environments } = parseCatalog('catalog.yaml', await readFile(name, 'utf8'));
    const known = new Set(services.map((service) => service.name));
    for (const service of services) {
      for (const callee of service.dependsOn) expect(known).toContain(callee);
      for (const place of service.placements) {
        expect(clusters.find((cluster) => cluster.name === place.cluster)?.environment).toBe(place.environment);
      }
    }
    for (const cluster of clusters) expect(Object.keys(environments)).toContain(cluster.environment);
  });
});
