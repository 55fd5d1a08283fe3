// A question about the system as it goes to the function that may read the sources, and its answer.
import * as z from 'zod';

export const SystemRequest = z.strictObject({
  /** A question that stands by itself. */
  text: z.string().min(1).max(1000),
  /** Earlier messages of the same person in the same place, oldest first. */
  earlier: z.array(z.string().max(1000)).max(8).default([]),
  /** The incident that the conversation is about. */
  incidentId: z.string().min(1).max(100).optional(),
});
export type SystemRequest = Readonly<z.input<typeof SystemRequest>>;

export const SystemAnswer = z.strictObject({
  text: z.string().max(4000),
  lines: z.array(z.string().max(4000)).max(200),
  choices: z.array(z.string().max(300)).max(20).optional(),
  excerpts: z
    .array(z.object({ title: z.string().max(1000), text: z.string().max(10_000) }))
    .max(10)
    .optional(),
  /** The chart as SVG. */
  chart: z.string().max(400_000).optional(),
});
export type SystemAnswer = Readonly<z.infer<typeof SystemAnswer>>;
