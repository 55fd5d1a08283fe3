// Faults as data: dojo/faults/*.yaml. A fault says what it does to the shop, how it heals, what is then true, and which remedies help or harm. What it
// leaves open is drawn by the seed of the run.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { CauseCode } from '../../core/causes/causes.ts';
import { InvalidInput } from '../../core/errors.ts';
import { ActionId } from '../../core/model/action.ts';
import { type Random, randomOf } from '../worlds/random.ts';
import { ImageBehaviour } from './apps.ts';

/** `Deployment/cart`. */
const Ref = z.string().regex(/^[A-Z][A-Za-z]+\/[^/\s]+$/, 'a kind and a name, such as Deployment/cart');
/** Stands in a truth for the namespace of the round. */
export const ownNamespace = 'Namespace/own';
const Part = z.record(z.string(), z.unknown());

const Step = z.union([
  /** A strategic merge patch. */
  z.strictObject({ patch: Ref, with: Part }),
  z.strictObject({ create: Part }),
  z.strictObject({ delete: Ref }),
  /** A Job of a CronJob, as its controller would make it at its hour. */
  z.strictObject({ run: Ref }),
  /** `kubectl rollout restart`. */
  z.strictObject({ restart: Ref }),
  /** The kubelet of this node falls silent. */
  z.strictObject({ silenceNode: z.string() }),
  /** A node, or `all`. */
  z.strictObject({ cordon: z.string() }),
  /** Until this alert fires. */
  z.strictObject({ until: z.string() }),
  z.strictObject({ wait: z.number().positive().max(60) }),
]);
export type Step = z.infer<typeof Step>;

const Remedy = z.strictObject({ action: ActionId, entity: Ref.optional() });
const Draw = z.union([z.array(z.string()).min(1), z.string()]);

const Fault = z.strictObject({
  title: z.string().min(1),
  group: z.string().regex(/^[a-z-]+$/),
  /** A list of values, or a text whose `{1-9}` are numbers to draw. `$name` and `${name}` stand for what was drawn. */
  draws: z.record(z.string().regex(/^[a-z][a-zA-Z]*$/), Draw).default({}),
  /** How images behave that are not like the usual ones. */
  images: z.record(z.string(), ImageBehaviour).default({}),
  does: z.array(Step).min(1),
  /** What ends it; absent, what was changed is put back as it was. */
  heals: z.array(Step).default([]),
  /** How long an alert may take, in seconds. */
  alertWithin: z.number().positive().max(120).default(45),
  truth: z.strictObject({
    entity: Ref,
    cause: CauseCode,
    /** Other words for the same truth. */
    also: z.array(z.strictObject({ entity: Ref.optional(), cause: CauseCode })).default([]),
  }),
  /** Without an entity: on that of the truth where it is right, on any where it is harmful. An action in neither list is useless. */
  remedies: z
    .strictObject({ right: z.array(Remedy).default([]), harmful: z.array(Remedy).default([]) })
    .default({ right: [], harmful: [] }),
  /** What looks like it and is something else: once the remedy was taught, it has to ask here. */
  lookalike: z.strictObject({ does: z.array(Step).min(1) }).optional(),
  needs: z.array(z.enum(['real-node', 'simulated-node'])).default([]),
});
export type Fault = z.infer<typeof Fault>;

/** A fault before anything is drawn: a number may still be `$name`. */
const Open = z.looseObject({
  draws: z.record(z.string().regex(/^[a-z][a-zA-Z]*$/), Draw).default({}),
  needs: Fault.shape.needs,
});

export interface OpenFault {
  readonly needs: Fault['needs'];
  /** Draws the open values, and fills them in. */
  draw(random: Random): { readonly fault: Fault; readonly drawn: Drawn };
}
export interface NamedFault extends OpenFault {
  readonly name: string;
}

/** All faults of a folder, by name. Throws `InvalidInput` naming the file and the field. */
export async function loadFaults(dir: string): Promise<readonly NamedFault[]> {
  const files = (await readdir(dir)).filter((file) => file.endsWith('.yaml')).sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.replace('.yaml', ''),
      ...parseFault(await readFile(join(dir, file), 'utf8'), file),
    })),
  );
}

/** Checks it by drawing it once. */
export function parseFault(text: string, file: string): OpenFault {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new InvalidInput(`${file} is no YAML.`, { cause });
  }
  const open = checked(Open, value, file);
  const drawn = new Set(Object.keys(open.draws));
  for (const [, name = ''] of JSON.stringify(value).matchAll(/\$\{?([a-z][a-zA-Z]*)/g))
    if (!drawn.has(name)) throw new InvalidInput(`${file} uses $${name}, which it does not draw.`);
  const draw = (random: Random) => {
    const values = drawValues(open.draws, random);
    return { fault: checked(Fault, fillIn(value, values), file), drawn: values };
  };
  draw(randomOf(file));
  return { needs: open.needs, draw };
}

function checked<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new InvalidInput(`${file} does not fit:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export type Drawn = Readonly<Record<string, string>>;

function drawValues(draws: z.infer<typeof Open>['draws'], random: Random): Drawn {
  const drawn: Record<string, string> = {};
  for (const [name, draw] of Object.entries(draws)) {
    const text = fillText(typeof draw === 'string' ? draw : random.pick(draw), drawn);
    drawn[name] = text.replaceAll(/\{(\d+)-(\d+)\}/g, (_, from, to) => String(random.int(Number(from), Number(to))));
  }
  return drawn;
}

const fillText = (text: string, drawn: Drawn): string =>
  text.replaceAll(/\$\{([a-zA-Z]+)\}|\$([a-z][a-zA-Z]*)/g, (whole, braced, bare) => drawn[braced ?? bare] ?? whole);

/** A value that is nothing but `$name` becomes a number where a number was drawn; `${name}` stays text. */
function fillIn(value: unknown, drawn: Drawn): unknown {
  if (Array.isArray(value)) return value.map((each) => fillIn(each, drawn));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [fillText(key, drawn), fillIn(each, drawn)]));
  if (typeof value !== 'string') return value;
  const filled = fillText(value, drawn);
  return /^\$[a-z][a-zA-Z]*$/.test(value) && /^\d+$/.test(filled) ? Number(filled) : filled;
}
