import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readStageConfig, StageConfig } from '../../lib/config.ts';
import { refuseOpenDoors } from '../../lib/open-doors.ts';
import { liveStage } from './synthesize.ts';

const folder = mkdtempSync(join(tmpdir(), 'watchkeeper-doors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const named = { channel: 'C0123456789', teams: ['T0123456789'], appId: 'A0123456789' };
const check = (catalogue: string, over: object = {}) => {
  const catalog = join(folder, 'catalog.yaml');
  writeFileSync(catalog, catalogue);
  const { approvers: _, ...stage } = liveStage;
  return () => refuseOpenDoors(StageConfig.parse({ ...stage, slack: named, catalog, ...over }));
};

describe('a stage that may act', () => {
  const acts = 'environments: { production: { level: walk } }\n';
  test.each([
    ['names no approvers', acts, {}, /The stage test names no approvers, and .*catalog\.yaml lets it act/],
    [
      'acts in one service alone',
      'environments: { production: { level: crawl } }\nservices: [{ name: cart, level: run }]\n',
      {},
      /names no approvers/,
    ],
    [
      'acts by one action alone',
      'environments: { production: { level: crawl, actions: { rerun-cronjob: run } } }\n',
      {},
      /names no approvers/,
    ],
    [
      'names no workspace',
      acts,
      { approvers: ['U1'], slack: { ...named, teams: [] } },
      /does not name its Slack workspace/,
    ],
    [
      'names no app',
      acts,
      { approvers: ['U1'], slack: { channel: 'C1', teams: named.teams } },
      /does not name its Slack app/,
    ],
  ])('is refused where it %s', (_, catalogue, over, why) => expect(check(catalogue, over)).toThrow(why));

  test('is taken with approvers of its own, or of the catalogue', () => {
    expect(check(acts, { approvers: ['U0123456789'] })).not.toThrow();
    expect(check(`${acts}approvers: [U0123456789]\n`)).not.toThrow();
  });
});

test('a stage that only reads may name nobody', () => {
  expect(check('environments: { production: { level: crawl } }\n', { slack: { channel: 'C1' } })).not.toThrow();
});

test.each(['dev', 'emulator'])('the stage %s of this repository is taken', (stage) => {
  expect(() => refuseOpenDoors(readStageConfig(`config/${stage}.json`))).not.toThrow();
});
