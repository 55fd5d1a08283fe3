// Adding a cause is adding one entry: the diagnosis ranks it, the report and the postmortem tell it, its effects join pages of a storm, people are
// understood when they name it, and a person is told what to do.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import type { CauseEntry } from '../../../core/causes/cause.ts';
import { CauseCode, causes } from '../../../core/causes/causes.ts';
import type { Story } from '../../fixtures/causes/story.ts';

describe('a cause that was added', () => {
  let story: Story;
  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['test/fixtures/causes/story.ts']);
    story = JSON.parse(stdout);
  });

  test('touches the table of its group and nothing else', () => {
    expect(story.filesTouched).toEqual(['core/causes/data.ts']);
  });
  test('is what the diagnosis answers, by its title', () => {
    expect(story.first).toMatchObject({ cause: 'cache-rebuild', entity: 'catalog' });
    expect(story.first.confidence).toBeGreaterThan(0.8);
    expect(story.text).toContain('many callers rebuild one cache entry at once');
  });
  test('accounts for the causes that its entry names, and for every effect', () => {
    expect(story.busyIsExplained).toEqual(['cache-rebuild']);
    expect(story.explains).toEqual({ anEffect: true, another: false });
  });
  test('is ruled out by its own check', () => {
    expect(story.refuted).toEqual({ first: 'unknown', why: 'the cache is not asked at all' });
  });
  test('tells a person what to do where no action is offered', () => {
    expect(story.nextStep).toBe(
      'Let one caller of Deployment catalog rebuild an entry while the others wait or get the old one.',
    );
  });
  test('is the headline of the report', () => {
    expect(story.headlines.join('\n')).toContain('Many callers rebuild one cache entry at once: Deployment catalog');
  });
  test('is in the postmortem, with its prevention', () => {
    expect(story.postmortem).toContain('Many callers rebuild one cache entry at once (cache-rebuild)');
    expect(story.postmortem).toContain('Spread the expiry of the entries that Deployment shop/catalog');
  });
  test('joins the pages that its effects explain, and no others', () => {
    expect(story.storm).toEqual({ slowCaller: 'covered', crashedCaller: 'separate' });
  });
  test('is understood when people name it', () => {
    expect(story.understood).toEqual(['cache-rebuild', 'cache-rebuild', 'cache-rebuild']);
  });
});

test('a cause that was not added is nowhere', () => {
  expect(CauseCode.safeParse('cache-rebuild').success).toBe(false);
});

/** The fields that an entry may lack without an error: none. */
type Optional = { [Field in keyof CauseEntry]: Omit<CauseEntry, Field> extends CauseEntry ? Field : never };

test('an entry that lacks any field does not compile', () => {
  expectTypeOf<Optional[keyof CauseEntry]>().toBeNever();
});

test('an entry that names a cause which does not exist does not compile', () => {
  const entry = { ...causes['data-growth'], explains: ['no-such-cause'] } as const;
  expectTypeOf(entry).toExtend<CauseEntry>();
  expectTypeOf(entry).not.toExtend<(typeof causes)['data-growth']>();
});
