// The Memory port on files: one file per event, found by full-text search over the lessons, and one file per fact and service. Memory supports an
// investigation and decides nothing.
import { createHash } from 'node:crypto';
import MiniSearch from 'minisearch';
import * as z from 'zod';
import { factId, ServiceFact, servicesOf } from '../../core/model/fact.ts';
import type { Memory, MemoryEvent } from '../../core/ports/channels.ts';
import { type Files, fileName } from './files.ts';

const Stored = z.object({
  incidentId: z.string(),
  actor: z.string(),
  at: z.string(),
  text: z.string(),
  about: z.string().optional(),
});

/** An unreadable file is skipped: a damaged memory knows less, but never stops an incident. */
export function diskMemory(files: Files): Memory {
  let loaded: Promise<MiniSearch<MemoryEvent & { id: string }>> | undefined;
  const index = () => {
    loaded ??= load(files);
    return loaded;
  };
  return {
    async remember(event, kind) {
      if (kind === 'conversation') {
        await files.write(
          `${utterancesFile(event)}/${fileName(`${event.at} ${idOf(event)}`)}.json`,
          JSON.stringify(event),
        );
        return;
      }
      const id = idOf(event);
      const known = await index();
      if (known.has(id)) return;
      await files.write(`memory/${fileName(id)}.json`, JSON.stringify(event));
      if (!known.has(id)) known.add({ id, ...event });
    },
    utterances: async (by) => allOf(files, utterancesFile(by), Stored),
    async recall({ text, limit }) {
      return (await index())
        .search(text)
        .slice(0, limit)
        .map((hit) => String(hit.text));
    },
    async teach(fact) {
      for (const service of servicesOf(fact.statement)) {
        const name = factFile(service, fact.id);
        if ((await files.read(name)) === undefined) await files.write(name, JSON.stringify(fact));
      }
    },
    async facts(service) {
      const found = await allOf(files, factsOf(service), ServiceFact);
      return found.toSorted((a, b) => a.taughtAt.localeCompare(b.taughtAt));
    },
    async forget(statement) {
      for (const service of servicesOf(statement)) await files.remove(factFile(service, factId(statement)));
    },
  };
}

const utterancesFile = ({ incidentId, actor }: Pick<MemoryEvent, 'incidentId' | 'actor'>): string =>
  `said/${fileName(incidentId)}/${fileName(actor)}`;
const factsOf = (service: string): string => `facts/${fileName(service.toLowerCase())}`;
const factFile = (service: string, id: string): string => `${factsOf(service)}/${fileName(id)}.json`;

/** All records of a folder, in the order of their names. */
async function allOf<T>(files: Files, folder: string, schema: z.ZodType<T>): Promise<T[]> {
  const found: T[] = [];
  for (const name of await files.list(folder)) {
    const record = await files.record(name, schema);
    if (record !== undefined) found.push(record);
  }
  return found;
}

async function load(files: Files) {
  const index = new MiniSearch<MemoryEvent & { id: string }>({ fields: ['text'], storeFields: ['text'] });
  for (const event of await allOf(files, 'memory', Stored)) {
    if (!index.has(idOf(event))) index.add({ id: idOf(event), ...event });
  }
  return index;
}

const idOf = (event: MemoryEvent): string =>
  createHash('sha256')
    .update(JSON.stringify([event.incidentId, event.actor, event.at, event.text]))
    .digest('hex');
