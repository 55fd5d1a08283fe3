// Holds copies of documents in a folder: Markdown files below `synced/`, and the record of the last synchronization beside them.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { DocumentCopies } from '../../core/ports/knowledge-sync.ts';
import type { KnowledgeDocument } from '../../core/ports/telemetry.ts';
import { parsedJson } from '../body.ts';
import { loadKnowledgeFolder, writeDocument } from './folder.ts';

const below = 'synced';
const stateFile = 'sync-state.json';

/** `dir`: the folder that contains `synced/`. */
export function folderCopies(dir: string): DocumentCopies & {
  /** Every copy, for an index. */
  all(): Promise<readonly KnowledgeDocument[]>;
} {
  const root = join(resolve(dir), below);
  const all = async () => {
    await mkdir(root, { recursive: true, mode: 0o700 });
    return (await loadKnowledgeFolder(root)).map((one) => ({ ...one, name: `${below}/${one.name}` }));
  };
  return {
    all,
    names: async () => (await all()).map(({ name }) => name),
    put: (document) => writeDocument(resolve(dir), document),
    async remove(name) {
      const file = resolve(dir, name);
      if (file.startsWith(root + sep)) await rm(file, { force: true });
    },
    readState: () => readFile(join(root, stateFile), 'utf8').then(parsedJson, () => undefined),
    async writeState(state) {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const fresh = join(root, `${stateFile}.new`);
      await writeFile(fresh, JSON.stringify(state), { mode: 0o600 });
      await rename(fresh, join(root, stateFile));
    },
  };
}
