// The folder that knowledge lives in: every .md below it. Reading skips what is no file; writing replaces a document in one step.
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { InvalidInput, Misconfigured } from '../../core/errors.ts';
import type { KnowledgeDocument } from '../../core/ports/telemetry.ts';
import { documentOf, fileOf } from './front-matter.ts';

/** Every Markdown document below `dir`, named by its path in it. Throws `Misconfigured` where the folder cannot be read. */
export async function loadKnowledgeFolder(dir: string): Promise<readonly KnowledgeDocument[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true, recursive: true });
    const files = entries
      .filter((entry) => entry.isFile() && /\.md$/i.test(entry.name) && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    return await Promise.all(
      files.map(async (file) => documentOf(relative(dir, file).split(sep).join('/'), await readFile(file, 'utf8'))),
    );
  } catch (cause) {
    throw new Misconfigured(`The knowledge folder ${dir} cannot be read.`, { cause });
  }
}

/** Throws `InvalidInput` for a name that leads out of the folder or is no Markdown file. */
export async function writeDocument(dir: string, document: KnowledgeDocument): Promise<void> {
  const root = resolve(dir);
  const file = resolve(root, document.name);
  if (!file.startsWith(root + sep) || !/\.md$/i.test(file)) {
    throw new InvalidInput(
      `A knowledge document needs a name inside its folder that ends in .md, not "${document.name}".`,
    );
  }
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.new`;
  await writeFile(fresh, fileOf(document), 'utf8');
  await rename(fresh, file);
}
