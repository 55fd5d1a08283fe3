import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const flags = (script: string): string[] => script.split(' ').filter((word) => word.startsWith('--'));

test('the storm is measured with the memory settings that npm start has, and none of them is a limit that ends the process', () => {
  expect(flags(scripts.start)).toEqual(flags(scripts['bench:storm']));
  expect(flags(scripts.start)).not.toContainEqual(expect.stringMatching(/old-space|heap-size/));
});
