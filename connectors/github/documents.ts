// Reads documents of repositories: Markdown and text files under the configured paths of the default branch. One request lists a repository's files
// with the hash of each (Git trees, docs.github.com/rest/git/trees), and only changed files are read (Git blobs).
import * as z from 'zod';
import type { DocumentPart, SourceDocument } from '../../core/ports/knowledge-sync.ts';
import type { CataloguedRepository, ReadDocuments } from '../source-kind.ts';
import { type Answer, gitHubSessions, type Session } from './client.ts';
import type { GitHubSettings } from './manifest.ts';

const isDocument = (path: string): boolean => /\.(?:md|markdown|rst|adoc|txt)$/i.test(path);
/** Bytes of a file; larger ones are hardly written by people. */
const maxBytes = 1_000_000;
/** New or changed files of one repository that one synchronization reads; the others follow at the next one. */
const maxFiles = 80;
const maxRepositories = 200;
const timeoutMs = 60_000;

const Repository = z.object({
  default_branch: z.string().min(1).max(250),
  html_url: z.url({ protocol: /^https?$/ }).max(300),
  archived: z.boolean().default(false),
});
const Tree = z.object({
  truncated: z.boolean().default(false),
  tree: z.array(
    z.object({ path: z.string().max(1000), type: z.string(), sha: z.string().max(64), size: z.number().optional() }),
  ),
});
const Blob = z.object({ content: z.string(), encoding: z.string() });

export const documents: ReadDocuments<GitHubSettings> = (settings, { secret, repositories }) => {
  const { documents: wanted } = settings;
  if (wanted === undefined) return undefined;
  const sessions = gitHubSessions({
    ...settings,
    token: settings.auth === 'token' ? secret('token') : undefined,
    privateKey: settings.auth === 'app' ? secret('privateKey') : undefined,
    timeoutMs,
  });
  return async (known) => {
    const all = new Map<string, CataloguedRepository>();
    const named = [
      ...(await repositories()),
      ...Object.entries(settings.repositories).map(([service, repository]) => ({ service, repository })),
      ...wanted.repositories.map((repository) => ({ repository })),
    ];
    for (const one of named) if (!all.has(one.repository)) all.set(one.repository, one);
    const parts: DocumentPart[] = [];
    for (const one of [...all.values()].slice(0, maxRepositories))
      parts.push(await readRepository(sessions(), one, wanted.paths, (id) => known(one.repository, id)));
    for (const { repository } of [...all.values()].slice(maxRepositories))
      parts.push({ kind: 'failed', part: repository, reason: `More than ${maxRepositories} repositories` });
    return parts;
  };
};

async function readRepository(
  session: Session,
  { repository, service }: CataloguedRepository,
  paths: readonly string[],
  known: (id: string) => string | undefined,
): Promise<DocumentPart> {
  const failed = (reason: string) => ({ kind: 'failed', part: repository, reason }) as const;
  const about = await session.get(`/repos/${repository}`, Repository);
  if (about.kind === 'failed') return failed(about.reason);
  const { default_branch: branch, html_url: page } = about.data;
  const tree = await session.get(`/repos/${repository}/git/trees/${encodeURIComponent(branch)}?recursive=1`, Tree);
  // A repository without a commit answers 409.
  if (tree.kind === 'failed' && tree.status === 409)
    return { kind: 'data', part: repository, documents: [], leftOut: [] };
  if (tree.kind === 'failed') return failed(tree.reason);
  // An absent file could be one that is not listed.
  if (tree.data.truncated) return failed('GitHub does not list all its files');
  const leftOut: { what: string; why: string }[] = [];
  const files = tree.data.tree.filter(({ type, path }) => type === 'blob' && isDocument(path) && isUnder(path, paths));
  const found: SourceDocument[] = [];
  let read = 0;
  for (const { path, sha, size = 0 } of files) {
    const document = {
      id: path,
      version: sha,
      link: `${page}/blob/${encodeURIComponent(branch)}/${path.split('/').map(encodeURIComponent).join('/')}`,
      ...(service === undefined ? {} : { service }),
    };
    const held = known(path);
    if (held === sha) {
      found.push(document);
      continue;
    }
    if (size > maxBytes) {
      leftOut.push({ what: path, why: `${Math.round(size / 1000)} kB` });
      continue;
    }
    if (read >= maxFiles) {
      leftOut.push({ what: path, why: 'it follows at the next synchronization' });
      if (held !== undefined) found.push({ ...document, version: held });
      continue;
    }
    read += 1;
    const blob: Answer<z.infer<typeof Blob>> = await session.get(`/repos/${repository}/git/blobs/${sha}`, Blob);
    if (blob.kind === 'failed') return failed(`${path}: ${blob.reason}`);
    const text = textOf(blob.data);
    if (text === undefined) leftOut.push({ what: path, why: 'no text' });
    else found.push({ ...document, markdown: text });
  }
  return { kind: 'data', part: repository, documents: found, leftOut };
}

/** A path of the settings is a file, or a folder with everything below it; names of files in any case. */
const isUnder = (path: string, paths: readonly string[]): boolean =>
  paths.some((one) => {
    const wanted = one.replace(/\/+$/, '').toLowerCase();
    return path.toLowerCase() === wanted || path.toLowerCase().startsWith(`${wanted}/`);
  });

function textOf({ content, encoding }: z.infer<typeof Blob>): string | undefined {
  if (encoding !== 'base64') return encoding === 'utf-8' ? content : undefined;
  const bytes = Buffer.from(content, 'base64');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
