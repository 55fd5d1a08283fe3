// The CDN specialist over the CDN's statistics: which findings it makes, and when it is asked.
import { expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import { CdnTraffic } from '../../../core/model/managed.ts';
import { noTelemetry } from '../../../core/ports/none.ts';
import type { Observed } from '../../../core/ports/telemetry.ts';
import { cdn } from '../../../core/specialists/cdn/index.ts';
import { investigateCdn } from '../../../core/specialists/cdn/investigate.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, aContext, aTrigger, at } from '../../builders.ts';

const known = (value: string) => ({ value, source: 'catalogue', confidence: 0.9, alternatives: [] });
const context = aContext({ service: known('web'), namespace: known('shop') });
const start = Date.parse(context.window.baseline.start);

const traffic = (of: (minute: number) => Partial<CdnTraffic['minutes'][number]>, service = 'web'): CdnTraffic =>
  CdnTraffic.parse({
    service,
    id: 'SU1',
    minutes: Array.from({ length: 77 }, (_, n) => ({
      at: new Date(start + n * 60_000).toISOString(),
      requests: 1000 + ((n * 37) % 50),
      hits: 800 + ((n * 13) % 20),
      misses: 100 + ((n * 7) % 5),
      passes: 100,
      serverErrors: n % 3,
      edgeErrors: 0,
      originFetches: 200,
      originSeconds: 20 + (n % 3),
      ...of(n),
    })),
  });

async function reported(answer: readonly CdnTraffic[] | string) {
  const observed: Observed<readonly CdnTraffic[]> =
    typeof answer === 'string'
      ? { kind: 'gap', gap: { source: 'cdn statistics', reason: answer } }
      : { kind: 'data', data: answer, query: 'stats', bytes: 10 };
  const brief = aBrief({ specialist: 'cdn', context, trigger: aTrigger({ title: 'CDN errors of web' }) });
  return investigateCdn(brief, {
    telemetry: { ...noTelemetry, cdn: { observe: async () => observed } },
    evidence: diskEvidence(memoryDisk()),
    clock: { now: () => new Date(at('02:47:30')) },
  });
}

test('errors that the CDN makes are a cause at the CDN', async () => {
  const { findings } = await reported([traffic((n) => (n >= 62 ? { serverErrors: 300, edgeErrors: 290 } : {}))]);
  expect(findings).toMatchObject([
    {
      entity: { kind: 'Cdn', name: 'web', cluster: 'fastly:SU1' },
      cause: 'cdn-edge-errors',
      role: 'cause',
      severity: 'critical',
      onset: new Date(start + 62 * 60_000).toISOString(),
    },
  ]);
});

test('errors that it passes on are a symptom at the service behind it', async () => {
  const { findings } = await reported([traffic((n) => (n >= 62 ? { serverErrors: 300, edgeErrors: 4 } : {}))]);
  expect(findings).toMatchObject([
    { entity: { kind: 'Service', name: 'web', namespace: 'shop' }, cause: 'application-errors', role: 'symptom' },
  ]);
});

test('behind a host of the page is the paged service', async () => {
  const passed = traffic((n) => (n >= 62 ? { serverErrors: 300, edgeErrors: 4 } : {}), 'www.example.com');
  expect((await reported([passed])).findings[0]?.entity).toMatchObject({ kind: 'Service', name: 'web' });
});

test('an origin that is slow after the hit ratio fell points at the CDN', async () => {
  const { findings } = await reported([
    traffic((n) => ({
      ...(n >= 55 ? { hits: 300, misses: 600 } : {}),
      originSeconds: n >= 60 ? 900 : n >= 55 ? 70 : 20 + (n % 3),
    })),
  ]);
  expect(findings.find(({ cause }) => cause === 'cdn-hit-ratio-drop')).toMatchObject({ role: 'cause' });
  expect(findings.find(({ cause }) => cause === 'slow-itself')).toMatchObject({
    entity: { kind: 'Service', name: 'web' },
    role: 'symptom',
    dependency: { kind: 'Cdn', name: 'web' },
  });
});

test('a hit ratio that falls with the errors is their effect', async () => {
  const { findings } = await reported([
    traffic((n) => (n >= 62 ? { serverErrors: 400, edgeErrors: 390, hits: 400, misses: 500 } : {})),
  ]);
  expect(findings.map(({ cause, role }) => [cause, role])).toEqual([
    ['cdn-edge-errors', 'cause'],
    [undefined, 'symptom'],
  ]);
});

test('a CDN that delivers as usual is well', async () => {
  expect((await reported([traffic(() => ({}))])).findings).toMatchObject([{ role: 'context', well: true }]);
});

test('statistics that are not there are a gap, and those of too few requests are none', async () => {
  expect(await reported('No source.')).toMatchObject({ findings: [], gaps: [{ reason: 'No source.' }] });
  const few = await reported([traffic(() => ({ requests: 2, serverErrors: 2 }))]);
  expect(few).toMatchObject({ findings: [], summary: expect.stringContaining('too few requests') });
});

test('it is asked where the catalogue or the page names a CDN, and nowhere else', () => {
  const plain = aTrigger({ title: 'web: error ratio above 5 %' });
  expect(cdn.applies(context, plain)).toBe(false);
  expect(cdn.applies({ ...context, sources: { cdn: ['fastly'] } }, plain)).toBe(true);
  expect(cdn.applies(context, aTrigger({ title: 'Fastly: cache hit ratio of web below 50 %' }))).toBe(true);
});
