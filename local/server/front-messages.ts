// Defines the messages between the main thread and the thread that accepts pages.
import * as z from 'zod';

export const FrontOrders = z.object({
  /** The port of the front thread; 0 for any free one. */
  port: z.number(),
  /** The port of the main thread's server. */
  inner: z.number(),
  data: z.string(),
  secrets: z.array(z.string()),
});
export type FrontOrders = z.infer<typeof FrontOrders>;

export const FrontMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listens'), port: z.number() }),
  z.object({ kind: z.literal('cannot-listen'), code: z.string() }),
  /** A file of the bus is ready for delivery. */
  z.object({ kind: z.literal('accepted'), id: z.string() }),
]);
export type FrontMessage = z.infer<typeof FrontMessage>;
