// Copies documents from where people keep them: what is new or changed is written, what is gone there is removed. A part that cannot be read keeps
// its last good copy, and the record says since when.
import * as z from 'zod';
import { WatchkeeperError } from '../../errors.ts';
import { sha256 } from '../../hash.ts';
import type { DocumentCopies, DocumentPart, DocumentSource, SourceDocument } from '../../ports/knowledge-sync.ts';
import type { KnowledgeBase } from '../../ports/telemetry.ts';
import type { Clock } from '../../ports/world.ts';
import { clean, shorten } from '../../text.ts';

/** Copies are documents whose names begin so. */
export const syncedPrefix = 'synced/';
/** Characters of one document that are kept; the rest is cut, and the document says so. */
const maxCharacters = 200_000;
export const maxDocuments = 2000;
const examples = 5;

const Part = z.object({
  source: z.string(),
  part: z.string(),
  /** The last time when it was read whole. */
  readAt: z.iso.datetime().optional(),
  triedAt: z.iso.datetime(),
  problem: z.string().optional(),
  documents: z.record(z.string(), z.object({ name: z.string(), version: z.string() })),
  leftOut: z.array(z.string()).default([]),
  leftOutCount: z.number().default(0),
});
const SyncState = z.object({ parts: z.array(Part) });
export type SyncState = z.infer<typeof SyncState>;

/** A record that cannot be read counts as none: everything is read again. */
export const readSyncState = async (copies: Pick<DocumentCopies, 'readState'>): Promise<SyncState> =>
  SyncState.safeParse(await copies.readState()).data ?? { parts: [] };

export interface SyncResult {
  readonly state: SyncState;
  readonly written: number;
  readonly removed: number;
}

export async function syncDocuments(
  sources: readonly DocumentSource[],
  copies: DocumentCopies,
  clock: Clock,
): Promise<SyncResult> {
  const before = await readSyncState(copies);
  const heldBefore = new Set(await copies.names());
  const of = (source: string, part: string) => before.parts.find((one) => one.source === source && one.part === part);
  let written = 0;
  const parts: z.infer<typeof Part>[] = [];
  for (const source of sources) {
    const known = (part: string, id: string) => {
      const held = of(source.name, part)?.documents[id];
      // A copy that somebody removed by hand is read again.
      return held !== undefined && heldBefore.has(held.name) ? held.version : undefined;
    };
    const triedAt = clock.now().toISOString();
    const answers = await readAll(source, before, known);
    for (const answer of answers) {
      const old = of(source.name, answer.part);
      if (answer.kind === 'failed') {
        const base = old ?? { source: source.name, part: answer.part, documents: {}, leftOut: [], leftOutCount: 0 };
        parts.push({ ...base, triedAt, problem: shorten(clean(answer.reason), 300) });
        continue;
      }
      const documents: z.infer<typeof Part>['documents'] = {};
      const leftOut = answer.leftOut.map(({ what, why }) => `${clean(what)}: ${why}`);
      for (const document of answer.documents.slice(0, maxDocuments)) {
        if (document.markdown === undefined) {
          const held = old?.documents[document.id];
          if (held !== undefined && known(answer.part, document.id) === document.version) documents[document.id] = held;
          else leftOut.push(`${clean(document.id)}: its text was not sent`);
          continue;
        }
        const name = nameOf(source.name, answer.part, document);
        const text = document.markdown;
        if (isBinary(text)) {
          leftOut.push(`${clean(document.id)}: no text`);
          continue;
        }
        await copies.put(copyOf(name, document, text));
        written += 1;
        documents[document.id] = { name, version: document.version };
      }
      if (answer.documents.length > maxDocuments)
        leftOut.push(`${answer.documents.length - maxDocuments} documents: more than ${maxDocuments}`);
      parts.push({
        source: source.name,
        part: answer.part,
        readAt: triedAt,
        triedAt,
        documents,
        leftOut: leftOut.slice(0, examples).map((one) => shorten(one, 200)),
        leftOutCount: leftOut.length,
      });
    }
  }
  const kept = new Set(parts.flatMap(({ documents }) => Object.values(documents).map(({ name }) => name)));
  // Copies of a part that failed stay, also if the record of them is lost.
  const failed = parts
    .filter(({ problem }) => problem !== undefined)
    .map(({ source, part }) => folderOf(source, part === everyPart ? undefined : part));
  const gone = [...heldBefore].filter((name) => !kept.has(name) && !failed.some((folder) => name.startsWith(folder)));
  for (const name of gone) await copies.remove(name);
  const state = { parts };
  await copies.writeState(state);
  return { state, written, removed: gone.length };
}

/** A source that throws fails in all its parts that we know. */
async function readAll(
  source: DocumentSource,
  before: SyncState,
  known: (part: string, id: string) => string | undefined,
): Promise<readonly DocumentPart[]> {
  try {
    return await source.read(known);
  } catch (error) {
    const reason = error instanceof WatchkeeperError ? error.message : 'it could not be read';
    const parts = before.parts.filter((one) => one.source === source.name).map(({ part }) => part);
    return (parts.length > 0 ? parts : [everyPart]).map((part) => ({ kind: 'failed', part, reason }));
  }
}

/** Stands for all parts of a source of which nothing is known. */
const everyPart = 'all';

const slug = (text: string): string =>
  text
    .replace(/\.(?:md|markdown|txt|rst|adoc)$/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '');

const folderOf = (source: string, part: string | undefined): string =>
  `${syncedPrefix}${slug(source)}/${part === undefined ? '' : `${slug(part) || 'part'}/`}`;

/** Readable in citations, and unique by a part of the hash. */
const nameOf = (source: string, part: string, { id, title }: SourceDocument): string =>
  `${folderOf(source, part)}${slug(title ?? id) || 'page'}-${sha256(`${part}\n${id}`).slice(0, 8)}.md`;

/** Front matter of the document itself counts for nothing: its tags could pretend to be a past incident. */
function copyOf(name: string, document: SourceDocument, text: string) {
  const markdown = text.replace(/^\uFEFF?---\r?\n[\s\S]{0,5000}?\r?\n---(?:\r?\n|$)/, '');
  const heading = /^#\s+(.+?)\s*#*$/m.exec(markdown)?.[1];
  const title = shorten(clean((document.title ?? heading ?? document.id).replaceAll('\n', ' ')), 150);
  const cut = markdown.length > maxCharacters;
  return {
    name,
    title: title === '' ? document.id : title,
    ...(document.service === undefined ? {} : { service: document.service }),
    tags: /run-?book|play-?book|troubleshoot/i.test(`${document.id} ${title}`) ? ['runbook'] : [],
    link: document.link,
    ...(document.changedAt === undefined ? {} : { changedAt: document.changedAt }),
    markdown: cut ? `${markdown.slice(0, maxCharacters)}\n\nThe copy ends here: the document is longer.\n` : markdown,
  };
}

/** Text of people has no NUL, and hardly a character that its encoding lacks. */
function isBinary(text: string): boolean {
  const start = text.slice(0, 10_000);
  const odd = start.length - start.replaceAll(/[^\P{Cc}\t\r\n\f]|\uFFFD/gu, '').length;
  return text.includes('\u0000') || odd > start.length / 50;
}

/** Sentences about parts that are older than they should be. */
export function staleParts({ parts }: SyncState, now: Date, everyHours: number): string[] {
  return parts.flatMap(({ source, part, readAt, problem }) => {
    const ageMs = readAt === undefined ? undefined : now.getTime() - Date.parse(readAt);
    if (problem === undefined && ageMs !== undefined && ageMs <= 2 * everyHours * 3_600_000) return [];
    const age = ageMs === undefined ? 'was never read' : `was last read ${inWords(ageMs)} ago`;
    return [`${source} (${part}) ${age}${problem === undefined ? '' : `: ${problem}`}`];
  });
}

const inWords = (ms: number): string => {
  const hours = Math.round(ms / 3_600_000);
  return hours < 1 ? `${Math.round(ms / 60_000)} min` : hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
};

/** Adds to hits when their document was last compared with its origin, and names the parts that are too old. */
export const withSyncState = <Base extends KnowledgeBase>(
  base: Base,
  state: () => SyncState,
  clock: Clock,
  everyHours: number,
): Base => ({
  ...base,
  async search(query) {
    const answer = await base.search(query);
    if (answer.kind === 'gap') return answer;
    const now = state();
    const readAt = new Map(
      now.parts.flatMap((part) => Object.values(part.documents).map(({ name }) => [name, part.readAt] as const)),
    );
    const stale = staleParts(now, clock.now(), everyHours);
    return {
      ...answer,
      data: answer.data.map((hit) => {
        const at = readAt.get(hit.document);
        return at === undefined ? hit : { ...hit, readAt: at };
      }),
      ...(stale.length === 0 ? {} : { missing: [...(answer.missing ?? []), ...stale] }),
    };
  },
});
