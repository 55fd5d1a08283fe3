import { describe, expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import type { TraceSet } from '../../../core/model/telemetry.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { noTelemetry } from '../../../core/ports/none.ts';
import type { Source } from '../../../core/ports/telemetry.ts';
import { investigateTraces } from '../../../core/specialists/traces/investigate.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, aContext, at } from '../../builders.ts';
import { partly } from '../../partly.ts';
import { aSpan } from '../../traces.ts';

const investigated = (traces: Source<'traces'>) =>
  investigateTraces(
    aBrief({ specialist: 'traces' }),
    partly<Ports>({
      evidence: diskEvidence(memoryDisk()),
      clock: { now: () => new Date(at('02:50:00')) },
      telemetry: { traces },
    }),
  );

describe('without traces', () => {
  test('nothing is missing where no source of them is configured', async () => {
    expect(await investigated(noTelemetry.traces)).toMatchObject({ findings: [], gaps: [] });
  });

  test('a source that does not answer is missing, whatever its words are', async () => {
    const gap = { source: 'tempo', reason: 'No source for traces is configured.' };
    const report = await investigated({ observe: async () => ({ kind: 'gap', gap }) });
    expect(report.gaps).toEqual([gap]);
  });
});

describe('slow and failed traces that were asked for', () => {
  const { window } = aContext();
  const start = (minute: number, of: 'baseline' | 'incident') => Date.parse(window[of].start) + minute * 60_000 + 1;
  const trace = (id: string, from: number, over: object = {}) =>
    aSpan({
      trace: id,
      span: `${id}-1`,
      service: 'cart',
      operation: 'add',
      kind: 'server',
      start: from,
      durationMs: 20,
      ...over,
    });
  const usual = Array.from({ length: 10 }, (_, n) => [
    trace(`b${n}`, start(n, 'baseline'), { attributes: { zone: 'a' } }),
    trace(`i${n}`, start(n, 'incident'), { attributes: { zone: 'a' } }),
  ]).flat();
  const failed = Array.from({ length: 6 }, (_, n) =>
    trace(`f${n}`, start(n, 'incident'), { error: true, attributes: { zone: 'b' } }),
  );
  const slow = Array.from({ length: 6 }, (_, n) => trace(`s${n}`, start(n, 'incident'), { durationMs: 900 }));
  const ids = (spans: readonly { readonly trace: string }[]) => spans.map((one) => one.trace);
  const report = (set: Partial<TraceSet>) =>
    investigated({
      observe: async () => ({ kind: 'data', data: [{ spans: [], edges: [], ...set }], query: 'q', bytes: 1 }),
    });

  test('say where errors begin and what the failed share, if they are more frequent than before', async () => {
    const chosen = { failed: { traces: ids(failed), perHour: { before: 0, during: 22 } }, only: ids(failed) };
    const { findings } = await report({ spans: [...usual, ...failed], chosen });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ entity: { name: 'cart' }, role: 'symptom', severity: 'major' });
    expect(findings[0]?.claim).toBe(
      'Of 6 failed traces (about 22 an hour, 0 before): 6 errors begin in add of cart, where nothing below fails. 100 % of the affected have zone b, 0 % of the others.',
    );
  });

  test('say nothing if they were as frequent before, or nobody knows', async () => {
    for (const perHour of [{ before: 20, during: 22 }, { during: 22 }]) {
      const chosen = {
        failed: { traces: ids(failed), perHour },
        slow: { traces: ids(slow), perHour },
        only: ids([...failed, ...slow]),
      };
      expect((await report({ spans: [...usual, ...failed, ...slow], chosen })).findings).toEqual([]);
    }
  });

  test('a few slow ones among many name the service that is slow itself', async () => {
    const chosen = { slow: { traces: ids(slow), perHour: { before: 1, during: 20 } }, only: ids(slow) };
    const { findings } = await report({ spans: [...usual, ...slow], chosen });
    expect(findings[0]).toMatchObject({ entity: { name: 'cart' }, cause: 'slow-itself' });
    expect(findings[0]?.claim).toContain('Of 6 slow traces (about 20 an hour, 1 before)');
  });
});
