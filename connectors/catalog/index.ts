// Reads the service catalogue from a YAML file, again after each change, so that a kill switch in it takes effect at once.
import { readFile, stat } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { Misconfigured } from '../../core/errors.ts';
import { Catalog, type ServiceCatalog } from '../../core/ports/catalog.ts';

/** @throws Misconfigured naming the file and the field, if the file is unreadable or invalid. */
export function yamlCatalog(file: string): ServiceCatalog {
  let loaded: { readonly modifiedMs: number; readonly catalog: Catalog } | undefined;
  return {
    async load() {
      try {
        const { mtimeMs } = await stat(file);
        if (loaded?.modifiedMs !== mtimeMs) {
          loaded = { modifiedMs: mtimeMs, catalog: parseCatalog(file, await readFile(file, 'utf8')) };
        }
        return loaded.catalog;
      } catch (cause) {
        if (cause instanceof Misconfigured) throw cause;
        throw new Misconfigured(`The service catalogue ${file} cannot be read.`, { cause });
      }
    },
  };
}

export function parseCatalog(file: string, text: string): Catalog {
  let parsed: unknown;
  try {
    parsed = parseYaml(text);
  } catch (cause) {
    throw new Misconfigured(`${file} is not YAML.`, { cause });
  }
  const catalog = Catalog.safeParse(parsed);
  if (!catalog.success) throw new Misconfigured(`${file} does not fit: ${z.prettifyError(catalog.error)}`);
  return catalog.data;
}
