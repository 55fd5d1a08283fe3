// Flattens alert details of any shape to dotted keys and clean text within limits, so that all readers see one form. Redaction comes first, because
// flattening loses neighbouring names and the kinds of objects.
import { redactJson } from '../redaction/redact.ts';
import { clean } from '../text.ts';

const maxEntries = 200;
/** Dimensions of an alarm over several metrics are nine levels deep. */
const maxDepth = 10;
const maxKey = 200;
const maxValue = 1000;
/**
 * Limit of all entries together, in bytes of JSON. Each brief carries the trigger, so this keeps the workflow's value far below the 256 KiB limit
 * of Step Functions.
 */
const maxBytes = 4000;

/**
 * `{a: {b: [1]}}` becomes `{"a.b.0": "1"}`. Entries beyond the depth or size limits are dropped, long prose before short labels; prototype keys are
 * plain keys.
 */
export function flattenDetails(details: unknown): Record<string, string> {
  const entries = leaves(redactJson(withParsedTexts(details))).map(
    ([path, text]): Leaf => [path, secretsOut(path, text)],
  );
  const kept = new Set<Leaf>();
  let bytes = 0;
  for (const entry of entries.toSorted((a, b) => jsonBytes(a) - jsonBytes(b))) {
    bytes += jsonBytes(entry);
    if (bytes > maxBytes) break;
    kept.add(entry);
  }
  return Object.fromEntries(entries.filter((entry) => kept.has(entry)));
}

/** Longest text that is read as JSON, in characters. */
const maxJson = 100_000;

/** Alerting systems put JSON into texts (a message of SNS, a payload of New Relic): such a text is replaced by its value, in which a secret's name stands beside it. */
function withParsedTexts(value: unknown, depth = 0): unknown {
  if (depth >= maxDepth) return value;
  if (typeof value === 'string') {
    const parsed = parsedJson(value);
    return parsed === undefined ? value : withParsedTexts(parsed, depth + 1);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.slice(0, maxEntries).map((one) => withParsedTexts(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, maxEntries)
      .map(([key, inner]) => [key, withParsedTexts(inner, depth + 1)]),
  );
}

/** Undefined for a text that is no JSON object or array. */
function parsedJson(text: string): object | undefined {
  if (text.length > maxJson || !/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
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

/** Redacts again, because cleaning removed hidden characters that may have split a secret. */
const secretsOut = (path: string, text: string): string => String(Object.values(redactJson({ [path]: text }) ?? {})[0]);

const jsonBytes = (leaf: Leaf): number => new TextEncoder().encode(JSON.stringify(leaf)).length;
