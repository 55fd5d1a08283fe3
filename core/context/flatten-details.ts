// Alert details come in every shape. Redacted as they came, since names beside values and the kinds of objects are lost when they are
// flattened, then flattened to dotted keys and text, clean and within limits, they are one thing for all that read them.
import { redactJson } from '../redaction/redact.ts';
import { clean } from '../text.ts';

const maxEntries = 200;
const maxDepth = 6;
const maxKey = 200;
const maxValue = 1000;
/**
 * Bytes of JSON in all. A trigger travels with every brief, so that this bounds the workflow's value far below the 256 KiB that
 * Step Functions carries.
 */
const maxBytes = 4000;

/**
 * `{a: {b: [1]}}` becomes `{"a.b.0": "1"}`. What is too deep or too much is left out, long prose before short labels; prototype keys are
 * plain keys.
 */
export function flattenDetails(details: unknown): Record<string, string> {
  const entries = leaves(redactJson(details)).map(([path, text]): Leaf => [path, secretsOut(path, text)]);
  const kept = new Set<Leaf>();
  let bytes = 0;
  for (const entry of entries.toSorted((a, b) => jsonBytes(a) - jsonBytes(b))) {
    bytes += jsonBytes(entry);
    if (bytes > maxBytes) break;
    kept.add(entry);
  }
  return Object.fromEntries(entries.filter((entry) => kept.has(entry)));
}

type Leaf = readonly [path: string, text: string];

function leaves(details: unknown): Leaf[] {
  const found: Leaf[] = [];
  const walk = (value: unknown, path: string, depth: number): void => {
    if (found.length >= maxEntries || value === null || value === undefined) return;
    if (typeof value !== 'object') {
      const text = clean(String(value).slice(0, maxValue));
      if (text !== '') found.push([clean((path === '' ? 'text' : path).slice(0, maxKey)), text]);
      return;
    }
    if (depth >= maxDepth) return;
    for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`, depth + 1);
  };
  walk(details, '', 0);
  return found;
}

/** Once more, as hidden characters within a secret are gone now. */
const secretsOut = (path: string, text: string): string => String(Object.values(redactJson({ [path]: text }) ?? {})[0]);

const jsonBytes = (leaf: Leaf): number => new TextEncoder().encode(JSON.stringify(leaf)).length;
