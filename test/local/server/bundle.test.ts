// The console's script: small, and without a way to turn text into markup or code.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { consoleScript } from '../../../local/server/bundle.ts';

const maxBytes = 70_000;
const folder = new URL('../../../local/console/', import.meta.url);

it('is one small file without schemas, sources or Node modules', async () => {
  const script = new TextDecoder().decode(await consoleScript());
  expect(script.length).toBeLessThan(maxBytes);
  expect(script).not.toMatch(/\bfrom\s*["']|\bimport\s*[("']|node:/);
});

it('is bundled once', async () => {
  expect(await consoleScript()).toBe(await consoleScript());
});

it('has no source that writes markup, evaluates text or sets a style attribute', () => {
  const sources = readdirSync(folder).filter((name) => /\.tsx?$/.test(name));
  expect(sources.length).toBeGreaterThan(10);
  for (const name of sources)
    expect(readFileSync(new URL(name, folder), 'utf8'), name).not.toMatch(
      /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\bstyle=/,
    );
});
