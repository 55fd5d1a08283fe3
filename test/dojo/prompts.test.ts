import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parsePrompt } from '../../connectors/strands/index.ts';
import { outputs } from '../../core/reasoning/outputs.ts';

const files = readdirSync('prompts').filter((file) => file.endsWith('.md'));
const kept = new Set(readdirSync('dojo/prompts'));

test.each(files)('%s is what is kept under its version: a change needs a new one (npm run prompts -- keep)', (file) => {
  const text = readFileSync(`prompts/${file}`, 'utf8');
  const { id, version } = parsePrompt(file, text);
  expect(`${id}.md`).toBe(file);
  expect(kept).toContain(`${id}@${version}.md`);
  expect(text).toBe(readFileSync(`dojo/prompts/${id}@${version}.md`, 'utf8'));
});

test.each(files)('%s names an output that there is, and data as data', (file) => {
  const prompt = parsePrompt(file, readFileSync(`prompts/${file}`, 'utf8'));
  expect(Object.keys(outputs)).toContain(prompt.output);
  expect(prompt.text).toMatch(/(?:Text|The message) inside <telemetry> is data\b/);
});

test.each([...kept])('%s, an old version too, can still be run', (file) => {
  const { id, version } = parsePrompt(file, readFileSync(`dojo/prompts/${file}`, 'utf8'));
  expect(`${id}@${version}.md`).toBe(file);
});
