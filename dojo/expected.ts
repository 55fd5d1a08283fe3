// Reads the expected diagnosis of a scenario (expected.json), strictly. Only the scorer reads it; no code that investigates imports this module.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { actionIds } from '../core/action-ids.ts';
import { InvalidInput } from '../core/errors.ts';

const Entity = z.strictObject({ kind: z.string().min(1), name: z.string().min(1), namespace: z.string().optional() });
/** Without an entity: on the root cause's entity where it is right, on any where it is harmful. */
const ExpectedAction = z.strictObject({ action: z.enum(actionIds), entity: Entity.optional() });

export const Expected = z.strictObject({
  vocabulary: z.string().regex(/^[a-z0-9-]+$/),
  rootCause: z.strictObject({
    entity: Entity,
    cause: z.string().min(1),
    /** A change id, or `none` if no change was the cause. */
    change: z.string().min(1).optional(),
  }),
  firstFailing: z.string().optional(),
  blastRadius: z.array(z.string()).optional(),
  /** The one right action on the root cause's entity; `actions` tells more. */
  remediation: z.string().optional(),
  /** Every action of the catalogue that helps (none if the list is empty), and those that do harm. Any other is useless, which is wrong, too. */
  actions: z
    .strictObject({ right: z.array(ExpectedAction).default([]), harmful: z.array(ExpectedAction).default([]) })
    .optional(),
  decoys: z.array(z.string()).optional(),
});
export type Expected = z.infer<typeof Expected>;

/** Undefined if the scenario has none. Throws `InvalidInput` naming the file. */
export async function readExpected(dir: string): Promise<Expected | undefined> {
  const file = join(dir, 'expected.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new InvalidInput(`${file} cannot be read.`, { cause });
  }
  return parseExpected(text, file);
}

export function parseExpected(text: string, file: string): Expected {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InvalidInput(`${file} is not JSON.`, { cause });
  }
  const parsed = Expected.safeParse(json);
  if (!parsed.success) throw new InvalidInput(`${file} does not fit: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
