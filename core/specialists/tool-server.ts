// Other servers whose tools a specialist's model may use. Strict: a typo fails at start and not at 3 a.m.
import * as z from 'zod';

const common = {
  /** How it is called in the names of its tools, in evidence and in gaps. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'lower-case letters, digits and dashes, at most 20'),
  /** Names of specialists. Whoever reads a configuration checks them; the table is too large for every function. */
  specialists: z.array(z.string().min(1)).min(1),
  /** The only tools of it that are offered, by their names. */
  tools: z.array(z.string().min(1).max(100)).min(1).max(20),
};

const Local = z.strictObject({
  ...common,
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  /** Besides PATH and HOME it gets no variable of ours. */
  env: z.record(z.string(), z.string()).default({}),
});
export const RemoteToolServer = z.strictObject({
  ...common,
  url: z.url({ protocol: /^https?$/ }),
  headers: z.record(z.string(), z.string()).default({}),
});

export const ToolServer = z.union([Local, RemoteToolServer]);
export type ToolServer = z.infer<typeof ToolServer>;
