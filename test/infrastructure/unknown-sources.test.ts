import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { StageConfig } from '../../lib/config.ts';
import { refuseUnknownSources } from '../../lib/unknown-sources.ts';
import { sourcesIn, usersOf } from '../../local/source-names.ts';
import { liveStage } from './synthesize.ts';

const folder = mkdtempSync(join(tmpdir(), 'watchkeeper-routing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const catalog = join(folder, 'catalog.yaml');
const routed = (sources: string) =>
  writeFileSync(catalog, `environments: {}\nservices: [{ name: web, sources: ${sources} }]\n`);
const stage = (over: object = {}) => StageConfig.parse({ ...liveStage, catalog, ...over });
const amp = { kind: 'prometheus', url: 'https://amp.example.com' };

describe('a stage whose catalogue names sources', () => {
  test('is taken if it has them, as a block or by their name', () => {
    routed('{ metrics: [prometheus, amp], logs: [kubernetes] }');
    expect(() => refuseUnknownSources(stage({ sources: { amp } }))).not.toThrow();
  });
  test('is refused if it lacks one, with the place of its name', () => {
    routed('{ metrics: [amp] }');
    expect(() => refuseUnknownSources(stage())).toThrow(
      /^The stage test cannot use .*catalog\.yaml: services\.web\.sources\.metrics names amp, but no source has that name: there are kubernetes, prometheus$/,
    );
  });
  test('is refused if the catalogue names a signal that does not exist', () => {
    routed('{ lgos: [prometheus] }');
    expect(() => refuseUnknownSources(stage())).toThrow(/catalog\.yaml does not fit/);
  });
  test('is taken if it observes nothing, or a recording', () => {
    routed('{ metrics: [amp] }');
    expect(() => refuseUnknownSources(stage({ telemetry: { kind: 'live' } }))).not.toThrow();
    const recorded = { kind: 'recorded', scenario: 'scenarios/cronjob-nightly-invoices' };
    expect(() => refuseUnknownSources(stage({ telemetry: recorded }))).not.toThrow();
  });
});

describe('the files that use a catalogue', () => {
  test('are found with the names of their sources, without reading a secret', async () => {
    routed('{}');
    writeFileSync(
      join(folder, 'local.yaml'),
      'catalog: catalog.yaml\nprometheus: { url: "$URL" }\nsources: { amp: { kind: prometheus, url: "$AMP" } }\n',
    );
    writeFileSync(join(folder, 'prod.json'), JSON.stringify({ ...liveStage, catalog, sources: { amp } }));
    writeFileSync(join(folder, 'another.json'), JSON.stringify({ ...liveStage, catalog: 'elsewhere.yaml' }));
    const users = await usersOf(catalog, { folder, root: '/' });
    expect(users.map(({ file, sources }) => [file, sources.map(({ name }) => name)])).toEqual([
      [join(folder, 'local.yaml'), ['prometheus', 'amp']],
      [join(folder, 'prod.json'), ['kubernetes', 'prometheus', 'amp']],
    ]);
  });
  test('are refused by name if a source has no known kind', async () => {
    writeFileSync(join(folder, 'odd.yaml'), 'sources: { amp: { kind: magic } }\n');
    await expect(sourcesIn(join(folder, 'odd.yaml'))).rejects.toThrow(
      /odd\.yaml does not fit:[\s\S]*no kind of source is called magic/,
    );
  });
});
