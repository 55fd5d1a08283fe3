// `npm run invite`: invites people to the console of the Watchkeeper that runs here, each with a link of their own, and lists and revokes them. It
// calls the running process as its owner.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { InvalidInput, Misconfigured, Unavailable } from '../core/errors.ts';
import { parse, run } from './command.ts';
import { defaultData } from './options.ts';
import { asOwner } from './records.ts';

const help = `Gives each person a sign-in link for the console of the Watchkeeper on this machine.

  npm run -s invite -- ana               prints a link that signs ana in once within a day; repeat it for another browser
  npm run -s invite -- ana --approver    ana may also approve if the configuration names no approvers
  npm run -s invite -- ana --slack U0123456789    links ana to that Slack user, as one person
  npm run -s invite -- --list            lists the people who may sign in
  npm run -s invite -- --revoke ana      revokes ana's links and sessions

  --data DIR    data folder of npm start (default ${defaultData})
  --help        show this text
`;

const Person = z.object({ name: z.string(), id: z.string(), isOwner: z.boolean(), isApprover: z.boolean() });
const Invited = z.object({ person: Person, link: z.url() });
const Listed = z.object({ people: z.array(Person) });

async function main(args: readonly string[]): Promise<string> {
  const [first = ''] = args;
  const name = first.startsWith('-') || first === '' ? undefined : first;
  const values = parse(
    name === undefined ? args : args.slice(1),
    {
      approver: { type: 'boolean' },
      slack: { type: 'string' },
      list: { type: 'boolean', default: false },
      revoke: { type: 'string' },
      data: { type: 'string', default: defaultData },
      help: { type: 'boolean', default: false },
    },
    'npm run invite -- --help',
  );
  if (values.help) return help;
  const { data, approver, slack } = values;
  if ([name !== undefined, values.list, values.revoke !== undefined].filter(Boolean).length !== 1)
    throw new Misconfigured('Name one person, or --list, or --revoke NAME: npm run invite -- --help says more.');
  if (values.list) {
    const { people } = await post(data, Listed, '/api/people');
    return people.map((one) => `${one.name}${about(one)}\n`).join('');
  }
  if (values.revoke !== undefined) {
    await post(data, z.object({}), `/api/people/${encodeURIComponent(values.revoke)}/revoke`, {});
    return `${values.revoke}'s links and sessions work no more.\n`;
  }
  const { person, link } = await post(data, Invited, '/api/people', { name, approver, slack });
  return `${link}\nIt signs ${person.name}${about(person)} in, once, within a day. Do not share it.\n`;
}

const about = ({ name, id, isOwner, isApprover }: z.infer<typeof Person>): string => {
  const text = [
    ...(id === name ? [] : [`${id} in Slack`]),
    ...(isOwner ? ['started it'] : isApprover ? ['approver where none is configured'] : []),
  ];
  return text.length === 0 ? '' : ` (${text.join(', ')})`;
};

async function post<T>(data: string, schema: z.ZodType<T>, path: string, body?: unknown): Promise<T> {
  const nobody = `No Watchkeeper runs on ${data}. Start it (npm start), then ask again.`;
  const url = await readFile(join(data, 'runtime.json'), 'utf8')
    .then((text) => z.object({ url: z.url() }).parse(JSON.parse(text)).url)
    .catch((cause: unknown) => {
      throw new Unavailable(nobody, { cause });
    });
  const proof = await asOwner(data);
  const response = await fetch(new URL(path, url), {
    redirect: 'error',
    ...(body === undefined
      ? { headers: proof }
      : { method: 'POST', headers: { ...proof, 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new Unavailable(nobody, { cause });
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return schema.parse(answer);
  throw new InvalidInput(z.object({ error: z.string() }).safeParse(answer).data?.error ?? `HTTP ${response.status}`);
}

await run(async (args) => void process.stdout.write(await main(args)));
