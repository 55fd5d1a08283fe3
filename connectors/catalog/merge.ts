// Adds proposed values to the text of a catalogue file. Comments and values stay; a value is only ever added.
import { type Document, isMap, isScalar, isSeq, parseDocument, visit, type YAMLMap, type YAMLSeq } from 'yaml';
import { Misconfigured } from '../../core/errors.ts';
import type { Change } from '../../core/topology/discovery/propose.ts';
import { parseCatalog } from './index.ts';

const emptyCatalog = '# The service catalogue (docs/catalog.md).\nenvironments: {}\n';

/**
 * The new text of the file. `text`: undefined for a file that does not exist yet.
 * @throws Misconfigured if the file is no valid catalogue, or if a value of it would get lost
 */
export function mergeInto(file: string, text: string | undefined, changes: readonly Change[]): string {
  const before = text ?? emptyCatalog;
  parseCatalog(file, before);
  if (changes.length === 0) return before;
  const document = parseDocument(before);
  const untouched = written(document, before);
  if (!isMap(document.contents)) throw new Misconfigured(`${file} is no map of YAML.`);
  if (hasAnchors(document))
    throw new Misconfigured(`${file} has anchors of YAML, which a merge could move; add the lines by hand.`);
  for (const change of changes) {
    const entry = entryOf(document, change);
    if (change.field.startsWith('sources.')) {
      const sources = childMap(document, entry, 'sources');
      put(document, sources, { ...change, field: change.field.slice('sources.'.length) });
    } else put(document, entry, change);
  }
  const after = asBefore(before, untouched, written(document, before));
  parseCatalog(file, after);
  if (!includes(parseDocument(after).toJS(), parseDocument(before).toJS()))
    throw new Misconfigured(`${file} was left alone: the merge would have lost a value.`);
  return after;
}

function hasAnchors(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

const written = (document: Document, text: string): string =>
  document.toString({ lineWidth: 0, flowCollectionPadding: true, indentSeq: indentsLists(text) });

/**
 * The library writes the whole file in its own style. Lines that the merge did not change get their old form back, if the library keeps the lines of
 * this file.
 */
function asBefore(before: string, untouched: string, after: string): string {
  const [old, same, fresh] = [before, untouched, after].map((text) => text.split('\n'));
  if (old === undefined || same === undefined || fresh === undefined || old.length !== same.length) return after;
  const kept = commonLines(same, fresh);
  return fresh
    .map((line, index) => {
      const place = kept.get(index);
      return (place === undefined ? undefined : old[place]) ?? withoutPadding(line);
    })
    .join('\n');
}

/** `[ a ]` becomes `[a]`, outside of quotes. */
const withoutPadding = (line: string): string =>
  line.replaceAll(/"[^"]*"|'[^']*'|\[ | \]/g, (part) => (/^["']/.test(part) ? part : part.trim()));

/** Index in `a` by index in `b`, of the longest sequence of lines that both have. */
function commonLines(a: readonly string[], b: readonly string[]): Map<number, number> {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const common = new Map<number, number>();
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) common.set(j++, i++);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return common;
}

/** Whether the file indents the dashes of its lists. */
const indentsLists = (text: string): boolean => !/^(?:services|clusters):[ \t]*\n(?:[ \t]*(?:#.*)?\n)*-/m.test(text);

function entryOf(document: Document, { section, name }: Change): YAMLMap {
  const root = document.contents;
  if (!isMap(root)) throw new Misconfigured('The catalogue is no map of YAML.');
  if (section === 'environments') {
    const environments = childMap(document, root, 'environments');
    return childMap(document, environments, name);
  }
  const entries = childList(document, root, section);
  const known = entries.items.find((one) => isMap(one) && one.get('name') === name);
  if (isMap(known)) return known;
  const fresh = document.createNode({ name }) as YAMLMap;
  if (section === 'clusters') fresh.flow = true;
  entries.add(fresh);
  return fresh;
}

function childMap(document: Document, parent: YAMLMap, key: string): YAMLMap {
  const known = parent.get(key, true);
  if (isMap(known)) {
    if (known.items.length === 0 && parent === document.contents) known.flow = false;
    return known;
  }
  const fresh = document.createNode({}) as YAMLMap;
  if (parent !== document.contents) fresh.flow = true;
  parent.set(key, fresh);
  return fresh;
}

function childList(document: Document, parent: YAMLMap, key: string): YAMLSeq {
  const known = parent.get(key, true);
  if (isSeq(known)) {
    if (known.items.length === 0 && parent === document.contents) known.flow = false;
    return known;
  }
  const fresh = document.createNode([]) as YAMLSeq;
  if (parent !== document.contents) fresh.flow = true;
  parent.set(key, fresh);
  return fresh;
}

/** Lists with more values than this are written one value a line. */
const longInFlow = 100;

function put(document: Document, entry: YAMLMap, { field, form, value }: Change): void {
  if (form === 'value') {
    const known = entry.get(field, true);
    if (isMap(known) && typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) if (!known.has(key)) known.set(key, inFlow(document, one));
    } else if (known === undefined || (isScalar(known) && known.value === null))
      entry.set(field, inFlow(document, value));
    return;
  }
  const list = childList(document, entry, field);
  list.add(inFlow(document, value));
  const fresh = !list.range;
  if (fresh && JSON.stringify(list.toJSON()).length > longInFlow && entry.flow !== true) list.flow = false;
}

function inFlow(document: Document, value: unknown) {
  const node = document.createNode(value);
  if (isMap(node) || isSeq(node)) node.flow = true;
  // An account's digits would be read as a number by other tools.
  if (isScalar(node) && typeof node.value === 'string' && /^\d+$/.test(node.value)) node.type = 'QUOTE_DOUBLE';
  return node;
}

/** Whether everything of `small` is in `large`: keys, and values of lists in their order. */
function includes(large: unknown, small: unknown): boolean {
  if (Array.isArray(small)) {
    if (!Array.isArray(large)) return false;
    return small.every((value, index) => includes(large[index], value));
  }
  if (typeof small === 'object' && small !== null) {
    if (typeof large !== 'object' || large === null) return false;
    const entries = new Map(Object.entries(large));
    return Object.entries(small).every(([key, value]) => value === null || includes(entries.get(key), value));
  }
  return Object.is(large, small);
}
