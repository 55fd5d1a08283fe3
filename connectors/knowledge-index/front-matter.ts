// Parses a knowledge file: Markdown with optional YAML front matter (title, service, tags). Invalid front matter drops the document's fields, never
// its text.
import { parse } from 'yaml';
import * as z from 'zod';
import type { KnowledgeDocument } from '../../core/ports/telemetry.ts';

const FrontMatter = z.looseObject({
  title: z.string().trim().min(1).optional().catch(undefined),
  service: z.string().trim().min(1).optional().catch(undefined),
  link: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional()
    .catch(undefined),
  changedAt: z.iso.datetime().optional().catch(undefined),
  tags: z
    .union([z.array(z.coerce.string()), z.string().transform((text) => text.split(/[,\s]+/).filter(Boolean))])
    .optional()
    .catch(undefined),
});

export function documentOf(name: string, text: string): KnowledgeDocument {
  const match = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---(?:\r?\n|$)/.exec(text);
  const fields = match ? readFields(match[1] ?? '') : {};
  const markdown = match ? text.slice(match[0].length) : text;
  return {
    name,
    title: fields.title ?? /^#\s+(.+?)\s*#*$/m.exec(markdown)?.[1] ?? name.replace(/\.md$/i, ''),
    ...(fields.service === undefined ? {} : { service: fields.service }),
    tags: fields.tags ?? [],
    ...(fields.link === undefined ? {} : { link: fields.link }),
    ...(fields.changedAt === undefined ? {} : { changedAt: fields.changedAt }),
    markdown,
  };
}

function readFields(yaml: string): z.infer<typeof FrontMatter> {
  try {
    return FrontMatter.parse(parse(yaml) ?? {});
  } catch {
    return {};
  }
}

export function fileOf(document: KnowledgeDocument): string {
  const field = (key: string, value: unknown) => `${key}: ${JSON.stringify(value)}\n`;
  const fields = [
    field('title', document.title),
    ...(document.service === undefined ? [] : [field('service', document.service)]),
    ...(document.link === undefined ? [] : [field('link', document.link)]),
    ...(document.changedAt === undefined ? [] : [field('changedAt', document.changedAt)]),
    ...(document.tags.length === 0 ? [] : [field('tags', document.tags)]),
  ];
  return `---\n${fields.join('')}---\n${document.markdown.replace(/^\n*/, '\n').trimEnd()}\n`;
}
