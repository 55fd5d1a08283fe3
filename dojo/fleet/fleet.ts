// The synthetic fleet of `npm run bench:fleet`.
import * as z from 'zod';

/** A fleet of equal clusters, `backend-1` and so on. `paged` cannot pull its image in its cluster and calls `neighbour`, which runs in `backend-2`. */
export const Fleet = z.object({
  clusters: z.number(),
  podsPerCluster: z.number(),
  paged: z.object({ cluster: z.string(), namespace: z.string(), service: z.string(), neighbour: z.string() }),
});
export type Fleet = z.infer<typeof Fleet>;

export const sent = z.object({ port: z.number() });
