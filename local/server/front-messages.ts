// What the thread that pages come to is told, and what it tells.
import * as z from 'zod';

export const FrontOrders = z.object({
  /** Where it listens; 0 for any free one. */
  port: z.number(),
  /** Where the main thread's server listens. */
  inner: z.number(),
  data: z.string(),
  secrets: z.array(z.string()),
});
export type FrontOrders = z.infer<typeof FrontOrders>;

export const FrontSays = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listens'), port: z.number() }),
  z.object({ kind: z.literal('cannot-listen'), code: z.string() }),
  /** A file of the bus is there, to be delivered. */
  z.object({ kind: z.literal('accepted'), id: z.string() }),
]);
export type FrontSays = z.infer<typeof FrontSays>;
