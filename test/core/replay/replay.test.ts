import { describe, expect, test } from 'vitest';
import { diskTape } from '../../../connectors/disk/index.ts';
import type { LogRecord } from '../../../core/model/telemetry.ts';
import { noTelemetry } from '../../../core/ports/none.ts';
import type { Telemetry } from '../../../core/ports/telemetry.ts';
import { recorder, tapedTargets, tapedTelemetry } from '../../../core/replay/record.ts';
import { replayedTargets, replayedTelemetry, replaySourceOf } from '../../../core/replay/replay.ts';
import type { Tape } from '../../../core/replay/tape.ts';
import { differences } from '../../../core/replay/verdict.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aScope, at } from '../../builders.ts';

const clock = { now: () => new Date(at('02:47:00')) };
const window = { start: at('02:00:00'), end: at('02:47:00') };
const scope = aScope({ namespace: 'shop', window });
const line = (message: string) => ({ timestamp: at('02:40:00'), source: 'kubernetes' as const, labels: {}, message });
const data = <T>(value: T) => ({ kind: 'data' as const, data: value, query: 'q', bytes: 1 });
async function* stream<T>(...values: readonly T[]) {
  yield* values;
}

function taping(telemetry: Partial<Telemetry>, tape: Tape = diskTape(memoryDisk())) {
  const troubles: string[] = [];
  const record = recorder({ tape, clock, onTrouble: (sentence) => troubles.push(sentence), waits: true });
  return { tape, record, troubles, taped: tapedTelemetry({ ...noTelemetry, ...telemetry }, record) };
}
const replayed = async (tape: Tape) => {
  const deck = replaySourceOf(await tape.calls('inc-1'));
  return { deck, telemetry: replayedTelemetry(deck) };
};
async function all(observed: Awaited<ReturnType<Telemetry['logs']['observe']>>): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  if (observed.kind === 'data') for await (const one of observed.data) records.push(one);
  return records;
}

describe('a tape', () => {
  test('answers each question as it was answered, in that order, and the last answer again', async () => {
    let asked = 0;
    const { tape, taped } = taping({ changes: { observe: async () => data([{ id: `c${asked++}` }] as never) } });
    await taped.changes.observe(scope, {});
    await taped.changes.observe(scope, {});
    await taped.changes.observe({ ...scope, service: 'cart' }, {});
    const { telemetry, deck } = await replayed(tape);
    const ids = async (service?: string) => {
      const observed = await telemetry.changes.observe({ ...scope, incidentId: 'another', service }, {});
      return observed.kind === 'data' ? observed.data.map(({ id }) => id) : [];
    };
    expect([await ids(), await ids(), await ids(), await ids('cart')]).toEqual([['c0'], ['c1'], ['c1'], ['c2']]);
    expect(deck.misses).toEqual([]);
    expect(deck.used()).toEqual({ used: 3, of: 3 });
  });
  test('says what it does not hold', async () => {
    const { tape } = taping({});
    const { telemetry, deck } = await replayed(tape);
    expect(await telemetry.metrics.observe(scope, {})).toMatchObject({ kind: 'gap', gap: { source: 'metrics' } });
    expect(deck.misses).toEqual([expect.stringContaining('telemetry.metrics.series')]);
  });
  test('gives a stream back line by line', async () => {
    const { tape, taped } = taping({ logs: { observe: async () => data(stream(line('a'), line('b'))) } });
    await all(await taped.logs.observe(scope, {}));
    const { telemetry } = await replayed(tape);
    expect((await all(await telemetry.logs.observe(scope, {}))).map(({ message }) => message)).toEqual(['a', 'b']);
  });
  test('says of a stream that was left early that it is not whole', async () => {
    const { tape, taped } = taping({ logs: { observe: async () => data(stream(line('a'), line('b'))) } });
    const observed = await taped.logs.observe(scope, {});
    if (observed.kind === 'data') for await (const _ of observed.data) break;
    expect((await tape.calls('inc-1'))[0]?.answer).toMatchObject({
      kind: 'stream',
      whole: false,
      records: [line('a')],
    });
  });
  test('has an error as an error', async () => {
    const { tape, taped } = taping({
      kubernetes: { observe: () => Promise.reject(new Error('The cluster does not answer.')) },
    });
    await expect(taped.kubernetes.observe(scope, {})).rejects.toThrow('does not answer');
    const { telemetry } = await replayed(tape);
    await expect(telemetry.kubernetes.observe(scope, {})).rejects.toThrow('The cluster does not answer.');
  });
  test('keeps no secret, says that something is missing, and changes nothing for whoever asked', async () => {
    const secret = 'password=hunter2hunter2hunter2';
    const { tape, taped } = taping({ logs: { observe: async () => data(stream(line(secret))) } });
    expect((await all(await taped.logs.observe(scope, {})))[0]).toMatchObject({ message: secret });
    const [call] = await tape.calls('inc-1');
    expect(JSON.stringify(call)).not.toContain('hunter2');
    expect(call?.redacted).toBe(true);
  });
  test('that cannot be written is a complaint, and no failure of the investigation', async () => {
    const broken: Tape = {
      add: () => Promise.reject(new Error('disk full')),
      calls: async () => [],
      incidents: async () => [],
    };
    const { taped, troubles } = taping({ changes: { observe: async () => data([]) } }, broken);
    expect(await taped.changes.observe(scope, {})).toMatchObject({ kind: 'data' });
    expect(troubles).toEqual(['A call of telemetry.changes.changes could not be recorded.']);
  });
  test('has what belongs to every incident once', async () => {
    const { tape, taped, record } = taping({});
    record.note('catalog.load', { services: [] });
    await taped.changes.observe(scope, {});
    await taped.changes.observe(scope, {});
    expect((await tape.calls('inc-1')).filter(({ port }) => port === 'catalog.load')).toHaveLength(1);
  });
  test('of one incident is not that of another', async () => {
    const { tape, taped } = taping({});
    await taped.changes.observe(scope, {});
    await taped.changes.observe({ ...scope, incidentId: 'inc-10' }, {});
    expect(await tape.calls('inc-1')).toHaveLength(1);
    expect(await tape.incidents()).toEqual(['inc-1', 'inc-10']);
  });
  test('holds looks at targets too', async () => {
    const { tape, record } = taping({});
    const target = { kind: 'Deployment', name: 'cart' };
    const around = { objects: [], without: ['Node'] };
    const taped = tapedTargets({ look: async () => ({ kind: 'absent' }), around: async () => around }, record);
    await taped.look(target, { incidentId: 'inc-1' });
    await taped.around(target, { incidentId: 'inc-1' });
    const deck = replaySourceOf(await tape.calls('inc-1'));
    expect(await replayedTargets(deck).look(target, { incidentId: 'inc-2' })).toEqual({ kind: 'absent' });
    expect(await replayedTargets(deck).around(target, { incidentId: 'inc-2' })).toEqual(around);
    expect(await replayedTargets(deck).look({ ...target, name: 'web' }, { incidentId: 'inc-2' })).toMatchObject({
      kind: 'unseen',
    });
  });
  test('that is no tape is refused by name', async () => {
    const disk = memoryDisk();
    await disk.write('tapes/inc-1.1.json', '{"port":"model"}');
    await expect(diskTape(disk).calls('inc-1')).rejects.toThrow('tapes/inc-1.1.json is no recorded call');
  });
});

test('differences name the field, before and now', () => {
  const diagnosis = { text: 'a', hypotheses: [{ confidence: 0.9 }] } as never;
  const other = { text: 'a', hypotheses: [{ confidence: 0.7 }] } as never;
  expect(differences(diagnosis, other)).toEqual(['hypotheses.0.confidence: 0.9 before, 0.7 now']);
  expect(differences(diagnosis, diagnosis)).toEqual([]);
  expect(differences(diagnosis, undefined)).toContain('text: "a" before, nothing now');
});
