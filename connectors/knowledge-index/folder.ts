// Reads and writes the knowledge folder: every .md file below it. Reading skips everything that is no file; writing replaces a document atomically.
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { InvalidInput, Misconfigured } from '../../core/errors.ts';
import type { KnowledgeDocument } from '../../core/ports/telemetry.ts';
import { documentOf, fileOf } from './front-matter.ts';

/** Every Markdown document below `dir`, named by its relative path. Throws `Misconfigured` if the folder is unreadable. */
export async function loadKnowledgeFolder(dir: string): Promise<readonly KnowledgeDocument[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true, recursive: true });
    const files = entries
      .filter((entry) => entry.isFile() && /\.md$/i.test(entry.name) && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    const read = async (file: string): Promise<KnowledgeDocument[]> => {
      // An unreadable file is skipped; the others are read.
      const text = await readFile(file, 'utf8').catch(() => undefined);
      return text === undefined ? [] : [documentOf(relative(dir, file).split(sep).join('/'), text)];
    };
    return (await Promise.all(files.map(read))).flat();
  } catch (cause) {
    throw new Misconfigured(`The knowledge folder ${dir} cannot be read.`, { cause });
  }
}

/** Throws `InvalidInput` if the name leads out of the folder or is no Markdown file. */
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
  const written = await open(fresh, 'w', 0o600);
  try {
    await written.writeFile(fileOf(document), 'utf8');
    await written.sync();
  } finally {
    await written.close();
  }
  await rename(fresh, file);
}
