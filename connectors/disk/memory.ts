// The Memory port on files: one event a file, found again by full-text search over all of them. It helps and decides nothing.
import { createHash } from 'node:crypto';
import MiniSearch from 'minisearch';
import * as z from 'zod';
import type { Memory, MemoryEvent } from '../../core/ports/channels.ts';
import { type Files, fileName } from './files.ts';

const Stored = z.object({ incidentId: z.string(), actor: z.string(), at: z.string(), text: z.string() });

/** A file that cannot be read is left out: memory may be poorer, never in the way. */
export function diskMemory(files: Files): Memory {
  let loaded: Promise<MiniSearch<MemoryEvent & { id: string }>> | undefined;
  const index = () => {
    loaded ??= load(files);
    return loaded;
  };
  return {
    async remember(event) {
      const id = idOf(event);
      const known = await index();
      if (known.has(id)) return;
      await files.write(`memory/${fileName(id)}.json`, JSON.stringify(event));
      if (!known.has(id)) known.add({ id, ...event });
    },
    async recall({ text, limit }) {
      return (await index())
        .search(text)
        .slice(0, limit)
        .map((hit) => String(hit.text));
    },
  };
}

async function load(files: Files) {
  const index = new MiniSearch<MemoryEvent & { id: string }>({ fields: ['text'], storeFields: ['text'] });
  for (const name of await files.list('memory')) {
    const event = Stored.safeParse(fromJson((await files.read(name)) ?? ''));
    if (event.success && !index.has(idOf(event.data))) index.add({ id: idOf(event.data), ...event.data });
  }
  return index;
}

const idOf = (event: MemoryEvent): string =>
  createHash('sha256')
    .update(JSON.stringify([event.incidentId, event.actor, event.at, event.text]))
    .digest('hex');

function fromJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
