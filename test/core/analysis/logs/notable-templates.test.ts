import { describe, expect, test } from 'vitest';
import type { Level } from '../../../../core/analysis/logs/formats.ts';
import {
  type Coverage,
  notableTemplates,
  type Sample,
  stoppedLines,
  vanished,
  variousOf,
} from '../../../../core/analysis/logs/notable-templates.ts';
import { describesFailure, severityOf } from '../../../../core/analysis/logs/severity.ts';
import type { Template } from '../../../../core/analysis/logs/templates.ts';

const minute = 60_000;
const start = 100 * minute;
/** An hour before, ten minutes during. */
const coverage = (over: Partial<Coverage> = {}): Coverage => ({
  baselineMs: 60 * minute,
  incidentMs: 10 * minute,
  groupTimes: new Map([['cart', { firstMs: start, lastMs: start + 10 * minute }]]),
  lastMs: start + 10 * minute,
  wroteBefore: new Set(['cart']),
  ...over,
});
const template = (text: string, over: Partial<Template<Sample>> = {}, level?: Level): Template<Sample> => ({
  group: 'cart',
  text,
  count: 10,
  baselineCount: 0,
  firstMs: start + minute,
  lastMs: start + 5 * minute,
  samples: [{ text, detail: text, level }],
  occurrences: {},
  ...over,
});
const telling = (templates: readonly Template<Sample>[], over: Partial<Coverage> = {}, ends = false) =>
  notableTemplates(templates, coverage(over), () => ends);
const kindOf = (count: number, baselineCount: number, over: Partial<Coverage> = {}) =>
  telling([template('checkout failed', { count, baselineCount })], over)[0]?.kind;

describe('a known wording of a failure', () => {
  const levelOf = (text: string, level: Level) => telling([template(text, {}, level)])[0]?.level;
  test('is an error at any level', () => {
    expect(levelOf("OOM command not allowed when used memory > 'maxmemory'.", 'info')).toBe('error');
    expect(levelOf('LOG: could not obtain lock on relation "orders"', 'info')).toBe('error');
  });
  test('is none where the line says that it is over', () => {
    expect(levelOf('reconnected after: ERR max number of clients reached', 'info')).toBeUndefined();
  });
  test('is none where its words alone are not enough', () => {
    expect(levelOf('probe of 10.0.0.7: connection refused', 'info')).toBeUndefined();
  });
});

describe('how bad a message is', () => {
  test.each<[string, Level | undefined, Level]>([
    ['checkout failed', undefined, 'error'],
    ['java.lang.NullPointerException', undefined, 'error'],
    ['com.acme.Cart$PriceException: sku-7', undefined, 'error'],
    ['java.lang.IllegalStateException: sku-7', 'info', 'warn'],
    ['com.acme.ErrorHandler is ready', undefined, 'info'],
    ['could not reach the ledger', undefined, 'error'],
    ['x'.repeat(500).concat(' failed'), undefined, 'info'],
    ['no error was found', undefined, 'info'],
    ['finished without errors', undefined, 'info'],
    ['errors=0 in this run', undefined, 'info'],
    ['"error": null', undefined, 'info'],
    ['errors=3 in this run', undefined, 'error'],
    ['the error-rate dashboard is up', undefined, 'info'],
    ['loaded /etc/errors.conf', undefined, 'info'],
    ['retrying in 5 s', undefined, 'warn'],
    ['deprecated option', undefined, 'warn'],
    ['listening on 8080', undefined, 'info'],
    ['listening on 8080', 'error', 'error'],
    ['checkout failed', 'warn', 'warn'],
    ['checkout failed', 'info', 'info'],
    ['Error: checkout failed', 'info', 'warn'],
    ['panic: nil map', 'info', 'warn'],
  ])('%s, stated %s, is %s', (text, stated, level) => {
    expect(severityOf(text, stated)).toBe(level);
  });
  test('is by words a failure or not', () => {
    expect(describesFailure('the probe failed')).toBe(true);
    expect(describesFailure('the probe is slow')).toBe(false);
  });
});

describe('an error tells something', () => {
  test.each<[string, number, number, string | undefined]>([
    ['new, when it was never seen before', 1, 0, 'new'],
    ['surging, when it comes three times as often', 30, 60, 'surging'],
    ['nothing, when it comes as often as before', 10, 60, undefined],
    ['nothing, when it comes not quite three times as often', 29, 60, undefined],
    ['nothing, when three times as often is chance', 3, 6, undefined],
    ['surging, when it is more than chance', 4, 6, 'surging'],
    ['nothing, when it came twice', 2, 1, undefined],
    ['surging, when it is rare and then is not', 4, 1, 'surging'],
  ])('that is %s', (_, count, before, kind) => {
    expect(kindOf(count, before)).toBe(kind);
  });
  test('that is not compared, where less than a minute was read before', () => {
    expect(kindOf(1, 0, { baselineMs: 59_999 })).toBe('unseen-before');
    expect(kindOf(1, 1000, { baselineMs: 59_999 })).toBe('unseen-before');
    expect(kindOf(10, 0, { baselineMs: 60_000 })).toBe('new');
  });
  test('that is not called new, where it is so rare that none was due before', () => {
    expect(kindOf(1, 0, { baselineMs: 60_000 })).toBe('unseen-before');
    expect(kindOf(1, 0)).toBe('new');
  });
  test.each<[string, Template<Sample>]>([
    ['not when it is no error', template('listening', {}, 'info')],
    ['not when it was seen only before', template('checkout failed', { count: 0, baselineCount: 100 })],
    ['not without a sample', template('checkout failed', { samples: [] })],
  ])('but %s', (_, one) => {
    expect(telling([one])).toEqual([]);
  });
});

describe('the line to read first is', () => {
  const first = (a: Template<Sample>, b: Template<Sample>, over: Partial<Coverage> = {}, ends = false) => {
    const order = telling([a, b], over, ends).map(({ template: { text } }) => text);
    expect(telling([b, a], over, ends).map(({ template: { text } }) => text)).toEqual(order);
    return order[0];
  };
  test.each<[string, Template<Sample>, Template<Sample>]>([
    ['an error, not a warning', template('a broke', {}, 'error'), template('b broke', {}, 'warn')],
    ['a warning of a failure, not of slowness', template('a failed', {}, 'warn'), template('b is slow', {}, 'warn')],
    [
      'new, not more of the same',
      template('a broke', { count: 30 }, 'error'),
      template('b broke', { count: 30, baselineCount: 60 }, 'error'),
    ],
    ['the frequent one', template('a broke', { count: 500 }, 'error'), template('b broke', { count: 5 }, 'error')],
    ['one that says why', template('no space left on device', {}, 'error'), template('b broke', {}, 'error')],
    [
      'the earlier one, all else being equal',
      template('b broke', { firstMs: start }, 'error'),
      template('a broke', {}, 'error'),
    ],
  ])('%s', (_, expected, other) => {
    expect(first(expected, other)).toBe(expected.text);
  });
  test('the last word of a run that failed, and of nobody else', () => {
    const end = start + 10 * minute;
    const last = template('z broke', { firstMs: end, lastMs: end }, 'error');
    expect(first(last, template('a broke', {}, 'error'), {}, true)).toBe('z broke');
    expect(first(last, template('a broke', {}, 'error'), {}, false)).toBe('a broke');
  });
  test('not what is said once at the start, where there is nothing to compare with', () => {
    const atStart = template('a broke', { firstMs: start, lastMs: start + 9999 }, 'error');
    expect(first(atStart, template('b broke', {}, 'error'), { baselineMs: 0 })).toBe('b broke');
  });
  test('not what ended while its writer went on, or came while its writers started', () => {
    const over = template('a broke', { lastMs: start + 2 * minute }, 'error');
    const startup = template('a broke', { startups: 10 }, 'error');
    for (const one of [over, startup]) expect(first(one, template('b broke', {}, 'error'))).toBe('b broke');
    expect(telling([over, template('b broke', {}, 'error')]).map(({ noise }) => noise)).toEqual([undefined, 'over']);
    // Where nothing else fails, what ended is all there is.
    expect(telling([over])[0]?.noise).toBeUndefined();
    expect(telling([startup])[0]?.noise).toBe('startup');
  });
  test('not noise, where its writer ended with it', () => {
    const groupTimes = new Map([['cart', { firstMs: start, lastMs: start + 2 * minute }]]);
    const last = template('a broke', { lastMs: start + 2 * minute, startups: 10 }, 'error');
    expect(telling([last], { groupTimes })[0]).toMatchObject({ noise: undefined, atEnd: true });
  });
  test('weighed between nothing and one', () => {
    for (const count of [1, 10, 1e9])
      expect(telling([template('no space left on device', { count }, 'error')], {}, true)[0]?.weight).toSatisfy(
        (weight: number) => weight > 0 && weight <= 1,
      );
  });
});

test('what each source says once of each cause comes before what else it says of it', () => {
  const say = (group: string, text: string) => template(text, { group }, 'error');
  const all = telling([
    say('cart', 'no space left on device, one'),
    say('cart', 'no space left on device, two'),
    say('cart', 'no space left on device, three'),
    say('cart', 'something broke'),
    say('ledger', 'no space left on device, four'),
  ]);
  const texts = (most: number) => variousOf(all, most).map(({ template: { text } }) => text);
  expect(new Set(texts(3))).toEqual(
    new Set([
      all.find(({ template: { group, text } }) => group === 'cart' && text.startsWith('no space'))?.template.text,
      'something broke',
      'no space left on device, four',
    ]),
  );
  expect(variousOf(all, 99)).toEqual(all);
  // In the order of what tells most, whichever were chosen.
  expect(texts(3)).toEqual(all.map(({ template: { text } }) => text).filter((text) => texts(3).includes(text)));
});

describe('an error is gone', () => {
  const gone = (over: Partial<Template<Sample>>, cover: Partial<Coverage> = {}, text = 'checkout failed') =>
    vanished([template(text, { count: 0, baselineCount: 30, ...over })], coverage(cover)).length === 1;
  test('when five were due and none came', () => {
    expect(gone({})).toBe(true);
  });
  test.each<[string, boolean]>([
    ['when fewer were due', gone({ baselineCount: 29 })],
    ['when one came', gone({ count: 1 })],
    ['when it was no error', gone({}, {}, 'listening')],
    ['when too little was read before', gone({}, { baselineMs: 59_999 })],
  ])('but not %s', (_, is) => {
    expect(is).toBe(false);
  });
});

describe('an ordinary line that stopped', () => {
  const stopped = (over: Partial<Template<Sample>>, text = 'order placed') =>
    stoppedLines([template(text, { count: 0, baselineCount: 120, ...over }, 'info')], coverage()).length;
  test('is found, if it was steady and its writer goes on', () => {
    expect(stopped({})).toBe(1);
  });
  test('not if it was rare, still comes, or its writer is silent, too', () => {
    expect(stopped({ baselineCount: 20 })).toBe(0);
    expect(stopped({ count: 1 })).toBe(0);
    expect(stopped({ group: 'till' })).toBe(0);
  });
});

test("a server's refusal is kept beside the timeout of its client that follows from it", () => {
  const pool = 'HikariPool-1 - Connection is not available, request timed out after 30000ms.';
  const server = 'Data source rejected establishment of connection, message from server: "Too many connections"';
  const all = telling([
    template(pool, { count: 90 }, 'error'),
    template(`${pool} again`, { count: 80 }, 'error'),
    template(server, { count: 3 }, 'error'),
  ]);
  expect(variousOf(all, 2).map(({ template: { text } }) => text)).toEqual([pool, server]);
});
