// Tables, streams and databases: each rule with a case where it holds, one where it does not, and one that looks alike.
import { describe, expect, test } from 'vitest';
import { atMinute, findingsIn, flat, resource, step, told } from './resources.ts';

describe('tables and streams', () => {
  const table = (writes: [number, number][], consumed: [number, number][], over = {}) =>
    resource('dynamodb', 'labels', {
      mode: 'provisioned',
      writeCapacity: 10,
      metrics: { WriteThrottleEvents: writes, ConsumedWriteCapacityUnits: consumed },
      ...over,
    });
  test('writes at the provisioned capacity are throttled', () => {
    const [finding] = findingsIn(table(step(0, 200), step(240, 590)));
    expect(finding).toMatchObject({
      cause: 'throughput-exceeded',
      role: 'cause',
      confidence: 0.92,
      claim: expect.stringContaining('9.8 units a second of 10 provisioned (4 units before)'),
    });
  });
  test('throttled far below the capacity, one partition is hot', () => {
    expect(findingsIn(table(step(0, 200), flat(180)))[0]?.claim).toContain('one key or partition');
  });
  test('much consumption without throttles, and throttles as ever, are nothing', () => {
    expect(told(table(flat(0), step(240, 590)))).toEqual([]);
    expect(told(table(flat(20), flat(590)))).toEqual([]);
  });
  test('a stream whose iterator gets old leads to its reader; one that throttles is at its capacity', () => {
    const reader = resource('lambda', 'counter', {
      eventSources: [{ type: 'kinesis', name: 'views', state: 'Enabled' }],
    });
    const age = step(500, (minute) => 60_000 * (minute - 8));
    const old = resource('kinesis', 'views', { metrics: { 'GetRecords.IteratorAgeMilliseconds': age } });
    expect(findingsIn(old, reader)).toMatchObject([
      { cause: 'consumer-behind', role: 'symptom', dependency: { name: 'counter' } },
    ]);
    const full = resource('kinesis', 'views', {
      shards: 2,
      metrics: { WriteProvisionedThroughputExceeded: step(0, 90) },
    });
    expect(told(full)).toEqual(['throughput-exceeded cause Stream views']);
    expect(told(resource('kinesis', 'views', { metrics: { IncomingRecords: step(100, 4000) } }))).toEqual([]);
  });
});

describe('databases', () => {
  const gb = 1024 ** 3;
  const metrics = { FreeStorageSpace: flat(30 * gb), DatabaseConnections: flat(30), CPUUtilization: flat(20) };
  const database = (moved: Record<string, [number, number][]> = {}, over = {}) =>
    resource('rds', 'rates', { status: 'available', storageGb: 100, metrics: { ...metrics, ...moved }, ...over });
  const event = (message: string, minute = 11) => ({ at: atMinute(minute), message });

  test('storage that is used up, by its state, its event or its metric', () => {
    for (const full of [
      database({}, { status: 'storage-full' }),
      database({}, { events: [event('The allocated storage for DB instance rates has been exhausted.')] }),
      database({ FreeStorageSpace: step(3 * gb, 0.1 * gb) }),
    ])
      expect(told(full)).toEqual(['disk-full cause Database rates']);
    expect(told(database({ FreeStorageSpace: step(30 * gb, 12 * gb) }))).toEqual([]);
    expect(
      told(database({}, { events: [event('The allocated storage for DB instance rates has been exhausted.', -500)] })),
    ).toEqual([]);
  });
  test('a failover and a restart, by the events; a backup is none', () => {
    const events = [event('Multi-AZ instance failover started.'), event('Multi-AZ instance failover completed', 12)];
    expect(findingsIn(database({}, { events }))).toMatchObject([{ cause: 'database-failover', onset: atMinute(11) }]);
    expect(told(database({}, { events: [event('DB instance restarted')] }))).toEqual([
      'database-failover cause Database rates',
    ]);
    expect(told(database({}, { events: [event('Finished DB Instance backup')] }))).toEqual([]);
    expect(told(database({}, { events: [event('DB instance restarted', -3000)] }))).toEqual([]);
  });
  test('connections at max_connections, or at a ceiling; more of them alone is nothing', () => {
    expect(told(database({ DatabaseConnections: step(30, 100) }, { maxConnections: 100 }))).toEqual([
      'database-connections-exhausted cause Database rates',
    ]);
    expect(told(database({ DatabaseConnections: step(30, 100) }))).toEqual([
      'database-connections-exhausted symptom Database rates',
    ]);
    expect(told(database({ DatabaseConnections: step(30, (minute) => 60 + minute) }))).toEqual([]);
    expect(told(database({ DatabaseConnections: step(30, 60) }, { maxConnections: 100 }))).toEqual([]);
  });
  test('a busy CPU, and waits for locks that were not there before', () => {
    expect(told(database({ CPUUtilization: step(20, 97) }))).toEqual(['cpu-overload cause Database rates']);
    expect(told(database({ CPUUtilization: flat(97) }))).toEqual([]);
    const waits = (event: string, before: number) => database({}, { waits: [{ event, sessions: 6, before }] });
    expect(told(waits('Lock:transactionid', 0.1))).toEqual(['database-lock cause Database rates']);
    expect(told(waits('Lock:transactionid', 5))).toEqual([]);
    expect(told(waits('IO:DataFileRead', 0.1))).toEqual([]);
  });
  test('a database that is stopped is a symptom; one in maintenance is not', () => {
    expect(findingsIn(database({}, { status: 'stopped' }))).toMatchObject([{ role: 'symptom', severity: 'critical' }]);
    expect(told(database({}, { status: 'backing-up' }))).toEqual([]);
  });
});
