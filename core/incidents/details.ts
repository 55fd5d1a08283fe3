// Alert details come in every shape. Flattened to dotted keys and text, within limits, they are one thing for all that read them.

const maxEntries = 200;
const maxDepth = 6;
const maxValue = 1000;
/** In all. The trigger travels with every brief, so that this bounds the workflow's value far below what Step Functions carries. */
const maxTotal = 8000;

/** `{a: {b: [1]}}` becomes `{"a.b.0": "1"}`. What is too deep or too much is left out; prototype keys are plain keys. */
export function flattenDetails(details: unknown): Record<string, string> {
  const out = new Map<string, string>();
  let total = 0;
  const walk = (value: unknown, path: string, depth: number): void => {
    if (out.size >= maxEntries || total >= maxTotal || value === null || value === undefined) return;
    if (typeof value === 'object') {
      if (depth >= maxDepth) return;
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`, depth + 1);
      return;
    }
    const key = (path === '' ? 'text' : path).slice(0, 200);
    const text = String(value).slice(0, maxValue);
    total += key.length + text.length;
    out.set(key, text);
  };
  walk(details, '', 0);
  return Object.fromEntries(out);
}
