import { describe, expect, test } from 'vitest';
import { planFor } from '../../../core/specialists/plan.ts';
import { arnOf, arnsIn, edgeUrlsIn, entityOfExecution, keyOf } from '../../../core/topology/managed-resources.ts';
import { aContext, aTrigger } from '../../builders.ts';

const arn = 'arn:aws:states:us-east-1:111122223333:execution:statement-export:2026-11-19-eu';
const machine = 'arn:aws:states:us-east-1:111122223333:stateMachine:statement-export';
const saying = (...values: string[]) =>
  aTrigger({ title: 'An alarm', details: Object.fromEntries(values.map((value, n) => [`d${n}`, value])) });

describe('executions', () => {
  test('are those that the page names, else its state machines', () => {
    expect(arnsIn(saying(machine, `see ${arn}.`))).toEqual([arn]);
    expect(arnsIn(saying(`{"value":"${machine}"}`))).toEqual([machine]);
    expect(arnsIn(saying('arn:aws:states:us-east-1:1:stateMachine:x', 'arn:aws:s3:::states'))).toEqual([]);
  });
  test('are named so that their ARN can be made again', () => {
    expect(entityOfExecution(arn)).toEqual({
      kind: 'Execution',
      name: '2026-11-19-eu',
      namespace: 'statement-export',
      cluster: '111122223333:us-east-1',
    });
    expect(arnOf(entityOfExecution(arn))).toBe(arn);
    const china = arn.replace('arn:aws:', 'arn:aws-cn:').replace('us-east-1', 'cn-north-1');
    expect(arnOf(entityOfExecution(china))).toBe(china);
    expect(
      arnOf({ kind: 'Execution', name: 'a:b', namespace: 'x', cluster: '111122223333:us-east-1' }),
    ).toBeUndefined();
  });
});

describe('addresses of a CDN', () => {
  test('are looked at where the page speaks of one', () => {
    const url = 'https://www.example.com/artists/4711';
    expect(edgeUrlsIn(saying('X-Cache: HIT', `${url}, since noon`))).toEqual([url]);
    expect(edgeUrlsIn(saying(url, 'x'))).toEqual([]);
    expect(edgeUrlsIn(saying('fastly', 'javascript:alert(1) http://www.example.com/'))).toEqual([]);
  });
  test.each<[string, string[], string | undefined]>([
    ['https://e.com/artists/4711', ['site', 'artists', 'artist-4711'], 'artist-4711'],
    ['https://e.com/artists/4711', ['everything'], 'everything'],
    ['https://e.com/artists/4711', ['site', 'html'], undefined],
    ['https://e.com/artists/4711', ['artist-4711', '4711-artist'], undefined],
    ['https://e.com/', ['site', 'home'], undefined],
    ['https://e.com/x', [], undefined],
  ])('%s under %j: the key that is about it is %s', (url, surrogateKeys, key) => {
    expect(keyOf({ url, surrogateKeys })).toBe(key);
  });
});

test('a key that the page names goes before what the path looks like, and two are none', () => {
  const answer = { url: 'https://e.com/artists/4711', surrogateKeys: ['site', 'a17', 'artist-4711'] };
  expect(keyOf(answer, 'labels: team=web, surrogate_key=a17')).toBe('a17');
  expect(keyOf(answer, 'the whole site is slow, a17 too')).toBe('artist-4711');
});

test('who has nothing to say about a page is not asked', () => {
  const asked = (trigger: ReturnType<typeof saying>) =>
    planFor('inc-1', trigger, aContext()).map(({ specialist }) => specialist);
  expect(asked(saying('x'))).not.toEqual(expect.arrayContaining(['executions']));
  expect(asked(saying(machine))).toContain('executions');
  expect(asked(saying('edge', 'https://www.example.com/'))).toContain('cdn');
});
