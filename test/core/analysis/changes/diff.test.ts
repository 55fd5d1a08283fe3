import { describe, expect, test } from 'vitest';
import { natureOfDiff } from '../../../../core/analysis/changes/diff.ts';

const diff = (removed: readonly string[], added: readonly string[]): string =>
  [
    '--- a/x.go',
    '+++ b/x.go',
    '@@ -1 +1 @@',
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
  ].join('\n');

describe('a diff', () => {
  test('that is missing or has no lines says nothing', () => {
    expect(natureOfDiff(undefined)).toBeUndefined();
    expect(natureOfDiff('Binary files differ')).toBeUndefined();
  });

  test('of comments and blanks changes nothing that runs', () => {
    expect(natureOfDiff(diff(['// old words', ''], ['// new words', '# more', ' * and more']))).toEqual({
      kind: 'comments',
    });
  });

  test('that moves code into a function of its own does what was done before', () => {
    const moved = diff(
      ['	out, err := s.store.Get(ctx, key)', '	if err != nil { return nil, err }', '	return decode(out)'],
      [
        '	return s.fetch(ctx, key)',
        '}',
        'func (s *Server) fetch(ctx Context, key string) ([]byte, error) {',
        '	out, err := s.store.Get(ctx, key)',
        '	if err != nil { return nil, err }',
        '	return decode(out)',
      ],
    );
    expect(natureOfDiff(moved)).toEqual({ kind: 'rearranged' });
  });

  test('that drops a condition is no mere rearrangement', () => {
    expect(natureOfDiff(diff(['if ok {', 'pay(order)', '}'], ['pay(order)']))).toMatchObject({ kind: 'behaviour' });
  });

  test('that drops a call is no mere rearrangement', () => {
    const dropped = diff(['  await load(cfg);', '  registerHandlers(registry);'], ['  await load(cfg);']);
    expect(natureOfDiff(dropped)).toEqual({
      kind: 'behaviour',
      effects: ['takes away a registration or initialisation'],
    });
  });

  test('of log and header lines changes what is reported', () => {
    const logged = diff(['log.Info("done")'], ['log.Info("done", "took", took)', 'w.Header().Set("X-Id", id)']);
    expect(natureOfDiff(logged)).toEqual({ kind: 'reporting' });
  });

  test('that words a message otherwise changes what is reported', () => {
    expect(
      natureOfDiff(diff(['return fail("the item was not found")'], ['return fail("no such item is there")'])),
    ).toEqual({
      kind: 'reporting',
    });
  });

  test('that words a query otherwise changes behaviour', () => {
    const query = diff(['run("SELECT id FROM invoices WHERE open")'], ['run("SELECT id FROM bills WHERE open")']);
    expect(natureOfDiff(query)).toMatchObject({
      kind: 'behaviour',
      effects: expect.arrayContaining(['alters a query']),
    });
  });

  test.each([
    ['1.2.3', '1.2.4', 'patch'],
    ['1.2.3', '1.3.0', 'minor'],
    ['1.2.3', '2.0.0', 'major'],
    ['0.2.3', '0.3.0', 'major'],
  ] as const)('that raises a dependency from %s to %s is a %s step', (from, to, largest) => {
    expect(natureOfDiff(diff([`	example.org/lib v${from}`], [`	example.org/lib v${to}`]))).toEqual({
      kind: 'dependencies',
      largest,
    });
  });

  test('that only adds lines is additive', () => {
    expect(natureOfDiff(diff([], ['func Extra() int { return 1 }']))).toEqual({ kind: 'additive' });
  });

  test.each([
    ['a lock', ['s.mu.Lock()', 's.count++'], ['s.count++'], 'takes away a lock'],
    ['a tolerance', ['if exp.Add(leeway).Before(now) {'], ['if exp.Before(now) {'], 'takes away a tolerance or retry'],
    [
      'batching',
      ['for _, c := range chunks(items, 25) {', 'db.BatchWrite(c)'],
      ['for _, i := range items {', 'db.Put(i)'],
      'takes away batching or paging',
    ],
    ['a field name', ['Meta map `json:"meta"`'], ['Meta map `json:"metadata"`'], 'renames a field that others read'],
    ['a timeout', ['timeout = 30'], ['timeout = 3'], 'alters a number, limit or time'],
  ])('that takes away %s is recognised', (_, removed, added, effect) => {
    expect(natureOfDiff(diff(removed, added))).toMatchObject({
      kind: 'behaviour',
      effects: expect.arrayContaining([effect]),
    });
  });
});
