import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

// That the fake cannot drift from what Slack publishes: tsc accepts it as it is, and would not accept these.

const row = (name: string, knows: string, answers: string) => `
  import * as z from 'zod';
  import { method } from './methods.ts';
  export const row = method('${name}', '', [], z.object({ ${knows} }), (_, __, yes) => yes({ ${answers} }));
`;
const typed = (as: string, value: string) => `
  import type { KnownBlock, ReactionAddedEvent } from '@slack/types';
  import * as z from 'zod';
  import type { Wire } from './published.ts';
  export const value = ${value} satisfies ${as};
`;
const deletes = 'channel: z.string(), ts: z.string()';
const reaction =
  "type: 'reaction_added', user: 'U1', reaction: '+1', item: { type: 'message', channel: 'C1', ts: '1' }";

const accepted: readonly [string, string][] = [
  ['a method as Slack has it', row('chat.delete', deletes, "channel: 'C1', ts: '1'")],
  ['one of several forms', row('chat.postMessage', 'channel: z.string(), text: z.string().optional()', '')],
  ['a method that needs no argument', row('auth.test', '', "user_id: 'U1'")],
  ['an event as Slack has it', typed('Wire<ReactionAddedEvent>', `{ ${reaction}, item_user: 'U2', event_ts: '1' }`)],
];
const refused: readonly [string, string, string][] = [
  ['a method that Slack does not have', row('chat.postMesage', deletes, ''), '"chat.postMesage"'],
  [
    'an argument that Slack does not know',
    row('chat.delete', `${deletes}, silently: z.string()`, ''),
    'Slack does not know',
  ],
  ['no argument where Slack requires one', row('chat.delete', 'channel: z.string()', ''), 'Slack requires'],
  [
    'a required argument that may be missing',
    row('chat.delete', 'channel: z.string(), ts: z.string().optional()', ''),
    'Slack requires',
  ],
  ['an answer that Slack does not give', row('chat.delete', deletes, "chanel: 'C1'"), "'chanel' does not exist"],
  ['an answer of another type', row('chat.delete', deletes, 'channel: 7'), "'number' is not assignable"],
  [
    'a message that Slack does not send',
    row('chat.postMessage', 'channel: z.string()', "message: { txt: 'x' }"),
    "'txt' does not exist",
  ],
  ['an event that lacks a field', typed('Wire<ReactionAddedEvent>', `{ ${reaction} }`), 'item_user'],
  [
    'an event with a field more',
    typed('Wire<ReactionAddedEvent>', `{ ${reaction}, item_user: 'U2', event_ts: '1', skin: 3 }`),
    "'skin' does not exist",
  ],
  [
    'a block of another form',
    typed('z.ZodType<Wire<KnownBlock>>', "z.object({ type: z.literal('header'), text: z.string() })"),
    'does not satisfy',
  ],
];

const folder = join(import.meta.dirname, '..', 'fake-slack');
const complaints = complaintsOf([...accepted, ...refused].map(([, source]) => source));

describe('what the fake says of Slack', () => {
  test.each(accepted)('may be %s', (_, source) => {
    expect(complaints.get(source)).toBe('');
  });
  test.each(refused)('may not be %s', (_, source, why) => {
    expect(complaints.get(source)).toContain(why);
  });
});

/** What tsc, as `npm test` runs it, says of sources that stand beside the fake's. */
function complaintsOf(sources: readonly string[]): ReadonlyMap<string, string> {
  const root = join(folder, '..', '..');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const files = new Map(sources.map((source, n) => [join(folder, `virtual-${n}.ts`), source]));
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([...files.keys()], options, {
    ...host,
    fileExists: (name) => files.has(name) || host.fileExists(name),
    readFile: (name) => files.get(name) ?? host.readFile(name),
    getSourceFile: (name, version) => {
      const source = files.get(name);
      return source === undefined ? host.getSourceFile(name, version) : ts.createSourceFile(name, source, version);
    },
  });
  return new Map(
    [...files].map(([name, source]) => [
      source,
      program
        .getSemanticDiagnostics(program.getSourceFile(name))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
        .join('\n'),
    ]),
  );
}
