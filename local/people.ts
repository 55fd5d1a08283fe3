// Manages the people who may use the console of one machine: the person who started it and those who were invited. A person signs in by a link that
// works once and gets a session; both are stored as hashes. Only the token identifies a person.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { InvalidInput } from '../core/errors.ts';
import { Instant } from '../core/model/entity.ts';
import type { Disk } from './runtime/files.ts';

export interface Person {
  readonly name: string;
  /** The id that decisions record: the Slack user id if the person has one here, so that one person counts once in both places. */
  readonly id: string;
  /** The person who started Watchkeeper. */
  readonly isOwner: boolean;
  /** Whether this person may decide if the configuration names no approvers. */
  readonly isApprover: boolean;
}

export interface Invited {
  readonly name: string;
  readonly slack?: string | undefined;
  readonly approver?: boolean | undefined;
}

export interface People {
  readonly owner: Person;
  /** For programs of this machine, which read it from the data folder: it acts as the owner, until the next start. */
  readonly scriptToken: string;
  bySession(token: string): Person | undefined;
  byScript(token: string): Person | undefined;
  /** Exchanges a link's token for a session; the link works no more. */
  enter(linkToken: string): Promise<{ readonly person: Person; readonly session: string } | undefined>;
  /** Creates a link's token for a new or known person. Throws `InvalidInput` for an invalid name, or for another person's Slack user. */
  invite(invited: Invited): Promise<{ readonly person: Person; readonly linkToken: string }>;
  /** The people who were not revoked. */
  list(): readonly Person[];
  /** Invalidates the links and sessions of this person. Returns false if there is no such person. Throws `InvalidInput` for the owner. */
  revoke(name: string): Promise<boolean>;
  /** Ends one session. */
  leave(session: string): Promise<void>;
  /** Called with the name of a revoked person. */
  onRevoked(listener: (name: string) => void): void;
}

const Secret = z.object({ hash: z.string(), until: Instant });
const Kept = z.object({
  name: z.string(),
  slack: z.string().optional(),
  approver: z.boolean().default(false),
  links: z.array(Secret).default([]),
  sessions: z.array(Secret).default([]),
});
type Kept = z.infer<typeof Kept>;
const Book = z.object({ people: z.array(Kept) });

const file = 'people.json';
export const scriptTokenFile = 'console-token';
const linkHours = 24;
export const sessionDays = 30;
const maxSessions = 20;
const hourMs = 3_600_000;

/** Names without look-alike characters: letters, digits and a few marks. */
const nameOf = (text: string): string | undefined => {
  const name = text.normalize('NFKC').trim();
  return /^[\p{L}\p{N}][\p{L}\p{N}._@ -]{0,39}$/u.test(name) && !/\s{2}/.test(name) ? name : undefined;
};
/** Names of other actors in the audit. */
const reserved: ReadonlySet<string> = new Set(['watchkeeper', 'preference', 'unknown', 'none']);
const slackId = /^[UW][A-Z0-9]{2,20}$/;

export async function openPeople(
  disk: Disk,
  owner: { readonly name: string; readonly slack?: string | undefined },
  now: () => Date,
): Promise<People> {
  let kept: readonly Kept[] = (await disk.record(file, Book))?.people ?? [];
  const listeners: ((name: string) => void)[] = [];
  const scriptToken = newToken();
  await disk.write(scriptTokenFile, `${scriptToken}\n`);

  let writing: Promise<unknown> = Promise.resolve();
  /** Makes one change after another; when it resolves, the change is on disk. */
  const change = <T>(work: () => { readonly people: readonly Kept[]; readonly answer: T }): Promise<T> => {
    const done = writing.then(async () => {
      const { people, answer } = work();
      if (people !== kept) await disk.write(file, JSON.stringify({ people }));
      kept = people;
      return answer;
    });
    writing = done.catch(() => undefined);
    return done;
  };

  const isOwner = ({ name }: Pick<Kept, 'name'>) => same(name, owner.name);
  const personOf = (one: Kept): Person => {
    const slack = isOwner(one) ? owner.slack : one.slack;
    return { name: one.name, id: slack ?? one.name, isOwner: isOwner(one), isApprover: isOwner(one) || one.approver };
  };
  const find = (name: string) => kept.find((one) => same(one.name, name));
  const replaced = (one: Kept): readonly Kept[] => [...kept.filter(({ name }) => !same(name, one.name)), one];
  const until = (hours: number) => new Date(now().getTime() + hours * hourMs).toISOString();
  const living = (secrets: readonly z.infer<typeof Secret>[]) => secrets.filter((one) => new Date(one.until) > now());
  /** Compares every secret, so that the time does not reveal which one matches. */
  const holderOf = (token: string, of: (one: Kept) => readonly z.infer<typeof Secret>[]): Kept | undefined => {
    const hash = hashOf(token);
    return kept.filter((one) => living(of(one)).filter((secret) => equal(secret.hash, hash)).length > 0)[0];
  };

  const ownerKept = find(owner.name) ?? { name: owner.name, approver: false, links: [], sessions: [] };
  kept = replaced({ ...ownerKept, links: [] });

  return {
    owner: personOf(ownerKept),
    scriptToken,
    bySession(token) {
      const holder = holderOf(token, ({ sessions }) => sessions);
      return holder && personOf(holder);
    },
    byScript: (token) => (equal(hashOf(token), hashOf(scriptToken)) ? personOf(ownerKept) : undefined),
    enter: (linkToken) =>
      change(() => {
        const holder = holderOf(linkToken, ({ links }) => links);
        if (holder === undefined) return { people: kept, answer: undefined };
        const session = newToken();
        const hash = hashOf(linkToken);
        const entered: Kept = {
          ...holder,
          links: living(holder.links).filter((one) => !equal(one.hash, hash)),
          sessions: [
            ...living(holder.sessions).slice(1 - maxSessions),
            { hash: hashOf(session), until: until(24 * sessionDays) },
          ],
        };
        return { people: replaced(entered), answer: { person: personOf(entered), session } };
      }),
    invite: (invited) =>
      change(() => {
        const known = find(invited.name);
        const name = known?.name ?? nameOf(invited.name);
        if (name === undefined)
          throw new InvalidInput(
            'A name has 1 to 40 letters, digits, spaces and . _ @ -, and begins with a letter or digit.',
          );
        if (known === undefined && (slackId.test(name) || reserved.has(name.toLowerCase())))
          throw new InvalidInput(`${name} is not a name of a person here; a user of Slack is named with --slack.`);
        const { slack } = invited;
        if (slack !== undefined && !slackId.test(slack))
          throw new InvalidInput(`A Slack user id looks like U0123456789, not "${slack.slice(0, 40)}".`);
        const ids = [slack, known === undefined ? name : undefined].filter((id) => id !== undefined);
        const other = kept.find(
          (one) => !same(one.name, name) && ids.some((id) => same(id, personOf(one).id) || same(id, one.name)),
        );
        if (other) throw new InvalidInput(`${other.name} already has that name.`);
        const linkToken = newToken();
        const person: Kept = {
          name,
          approver: invited.approver ?? known?.approver ?? false,
          ...(slack === undefined && known?.slack === undefined ? {} : { slack: slack ?? known?.slack }),
          links: [...living(known?.links ?? []).slice(-4), { hash: hashOf(linkToken), until: until(linkHours) }],
          sessions: known?.sessions ?? [],
        };
        return { people: replaced(person), answer: { person: personOf(person), linkToken } };
      }),
    list: () => kept.map(personOf).sort((a, b) => a.name.localeCompare(b.name)),
    async revoke(name) {
      const gone = await change(() => {
        const known = find(name);
        if (known === undefined) return { people: kept, answer: undefined };
        if (isOwner(known)) throw new InvalidInput(`${known.name} started this Watchkeeper and cannot be revoked.`);
        return { people: kept.filter((one) => one !== known), answer: known.name };
      });
      if (gone !== undefined) for (const listener of listeners) listener(gone);
      return gone !== undefined;
    },
    leave: (session) =>
      change(() => {
        const holder = holderOf(session, ({ sessions }) => sessions);
        if (holder === undefined) return { people: kept, answer: undefined };
        const hash = hashOf(session);
        return {
          people: replaced({ ...holder, sessions: holder.sessions.filter((one) => !equal(one.hash, hash)) }),
          answer: undefined,
        };
      }),
    onRevoked: (listener) => void listeners.push(listener),
  };
}

const newToken = (): string => randomBytes(32).toString('base64url');
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
const equal = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
const same = (one: string, other: string): boolean =>
  one.normalize('NFKC').toLowerCase() === other.normalize('NFKC').toLowerCase();
