// Parses prompts strictly: Markdown with front matter and a version. The composition root reads the files.

import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { Misconfigured } from '../../core/errors.ts';

const FrontMatter = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]*$/),
  version: z.number().int().min(1),
  role: z.enum(['coordinator', 'specialist', 'intent']),
  budget: z.strictObject({
    /** Up to eight hours, the longest session of AgentCore Runtime. */
    seconds: z.number().positive().max(28_800),
    /** The maximum number of model calls; at the last one the model must answer. */
    turns: z.number().int().min(1).max(200),
    toolCalls: z.number().int().min(0).max(400).default(3),
    /** Input and output tokens of all its calls together. */
    tokens: z.number().int().min(1000).max(4_000_000).default(30_000),
    outputTokens: z.number().int().min(100).max(8000),
    usd: z.number().positive().max(10).default(0.5),
  }),
  /** Name of the answer's schema, as documentation for readers. */
  output: z.string(),
});

export interface Prompt extends z.infer<typeof FrontMatter> {
  readonly text: string;
}

/** Parses one prompt file; throws `Misconfigured` naming the file. */
export function parsePrompt(file: string, markdown: string): Prompt {
  const match = /^---\n([\s\S]*?)\n---\n([\s\S]+)$/.exec(markdown);
  if (!match?.[1] || !match[2]) throw new Misconfigured(`${file} has no front matter between --- lines.`);
  const meta = FrontMatter.safeParse(parseYaml(match[1]));
  if (!meta.success)
    throw new Misconfigured(`The front matter of ${file} does not fit: ${z.prettifyError(meta.error)}`);
  return { ...meta.data, text: match[2].trim() };
}
