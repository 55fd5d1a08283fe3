// JSON values and the few walks over them that transformations need. Pure.

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** The value below the keys; undefined if there is none. */
export function at(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  let here = value;
  for (const key of keys) here = isObject(here) ? here[key] : undefined;
  return here;
}

export function textAt(value: Json | undefined, ...keys: readonly string[]): string | undefined {
  const found = at(value, ...keys);
  return typeof found === 'string' ? found : undefined;
}

/** Every text with the key that it stands under (the list's key for an item of a list). */
export function* textsIn(value: Json, key = ''): Generator<{ readonly key: string; readonly text: string }> {
  if (typeof value === 'string') yield { key, text: value };
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item, key);
  else if (isObject(value)) for (const [name, item] of Object.entries(value)) yield* textsIn(item, name);
}

/** The same value with other texts. `editKey` changes the keys of objects that stand under the given key. */
export function withTexts(
  value: Json,
  edit: (text: string, key: string) => string,
  editKey: (name: string, under: string) => string = (name) => name,
  key = '',
): Json {
  if (typeof value === 'string') return edit(value, key);
  if (Array.isArray(value)) return value.map((item) => withTexts(item, edit, editKey, key));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [editKey(name, key), withTexts(item, edit, editKey, name)]),
  );
}

/** The same value without the key, at any depth. */
export function withoutKey(value: Json, key: string): Json {
  if (Array.isArray(value)) return value.map((item) => withoutKey(item, key));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => (name === key ? [] : [[name, withoutKey(item, key)]])),
  );
}
