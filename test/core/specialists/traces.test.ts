import { describe, expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { noTelemetry } from '../../../core/ports/none.ts';
import type { Source } from '../../../core/ports/telemetry.ts';
import { investigateTraces } from '../../../core/specialists/traces/investigate.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, at } from '../../builders.ts';
import { partly } from '../../partly.ts';

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
