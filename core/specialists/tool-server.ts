// Configuration of external servers whose tools a specialist's model may use. The schema is strict, so that a typo fails at start.
import * as z from 'zod';

const common = {
  /** The server's name in tool names, evidence and gaps. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'lower-case letters, digits and dashes, at most 20'),
  /** Names of specialists. The configuration's reader checks them, because the table of specialists is too large for every function. */
  specialists: z.array(z.string().min(1)).min(1),
  /** Names of the tools to offer; all other tools of the server are hidden. */
  tools: z.array(z.string().min(1).max(100)).min(1).max(20),
};

const Local = z.strictObject({
  ...common,
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  /** Variables for the server. Apart from PATH and HOME, it gets no variable of Watchkeeper's environment. */
  env: z.record(z.string(), z.string()).default({}),
});
/** Signature Version 4 with the credentials of the process, as AgentCore Gateway checks it with IAM as its login. */
export const ToolServerAuth = z.strictObject({
  kind: z.literal('sigv4'),
  /** The name by which the service signs. */
  service: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'the name of a service for signatures')
    .default('bedrock-agentcore'),
  /** Absent: the region in the address, else that of the process. */
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a region, such as us-east-1')
    .optional(),
});

export const RemoteToolServer = z.strictObject({
  ...common,
  url: z.url({ protocol: /^https?$/ }),
  headers: z.record(z.string(), z.string()).default({}),
  auth: ToolServerAuth.optional(),
});

export const ToolServer = z.union([Local, RemoteToolServer]);
export type ToolServer = z.infer<typeof ToolServer>;
