// Copies documents of sources into the knowledge, every few hours. A part that cannot be read keeps its last good copy; searches say how old it is.
import * as z from 'zod';
import { documentSync } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

interface Parts {
  readonly documentSync: ReturnType<typeof documentSync>;
}

export const create = ({ documentSync }: Parts) => handling('sync-knowledge', z.unknown(), () => documentSync.sync());

export const handler = onLambda(() => create({ documentSync: documentSync() }));
