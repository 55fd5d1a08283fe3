// Stores where messages were posted. An entry is begun before a message is posted and completed afterwards, so that the next process knows whether
// somebody may have posted the message without recording where.
import * as z from 'zod';
import type { PostHistory } from '../../core/ports/records.ts';
import type { Clock } from '../../core/ports/world.ts';
import { absentOrExpired, epochSeconds, type Key, stored, type Table } from './table.ts';

const postKey = (key: string): Key => ({ pk: `POST#${key}`, sk: 'POST' });
const PostItem = z.object({
  expiresAt: z.number(),
  post: z.object({ channel: z.string(), ts: z.string() }).optional(),
});

/** How long an entry is kept. People talk in a thread for days, and nobody updates a message of last quarter. */
const keepSeconds = 90 * 24 * 3600;

export function postHistory(table: Table, clock: Clock): PostHistory {
  const read = async (key: string): Promise<z.infer<typeof PostItem> | undefined> => {
    const item = await table.get(postKey(key));
    if (item === undefined) return undefined;
    const known = stored(PostItem, item);
    return known.expiresAt >= epochSeconds(clock.now()) ? known : undefined;
  };
  return {
    async find(key) {
      return (await read(key))?.post;
    },
    async begin(key) {
      const now = epochSeconds(clock.now());
      if (await table.put({ ...postKey(key), expiresAt: now + keepSeconds }, absentOrExpired(now)))
        return { kind: 'fresh' };
      const post = (await read(key))?.post;
      return post === undefined ? { kind: 'begun' } : { kind: 'posted', post };
    },
    async posted(key, post) {
      await table.put({ ...postKey(key), expiresAt: epochSeconds(clock.now()) + keepSeconds, post });
    },
  };
}
