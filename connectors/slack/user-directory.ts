// The UserDirectory port on Slack: it determines our workspace from the configuration or from the token itself (auth.test), and the kind of a user
// (users.info, scope users:read). If Slack does not return a user, the user is unknown and never counts as a person of ours.
import { LRUCache } from 'lru-cache';
import { Unavailable } from '../../core/errors.ts';
import { SlackUser, whoIs } from '../../core/intake/slack-origin.ts';
import type { SlackOrigin, SlackUserKind } from '../../core/model/slack-origin.ts';
import type { UserDirectory } from '../../core/ports/channels.ts';
import { errorCode, type SlackAccess, slackCalls } from './client.ts';

/** How long a user is cached, because a person may leave or become a guest. */
const rememberMs = 5 * 60_000;
const patienceSeconds = 2;

export function slackUserDirectory(access: SlackAccess, configured: SlackOrigin): UserDirectory {
  const callSlack = slackCalls(access);
  const known = new LRUCache<string, SlackUserKind>({ max: 10_000, ttl: rememberMs });
  let learned: Promise<SlackOrigin> | undefined;
  const origin = (): Promise<SlackOrigin> => {
    if (configured.teams.length > 0) return Promise.resolve(configured);
    learned ??= callSlack((client) => client.auth.test(), patienceSeconds).then(
      ({ team_id: team, enterprise_id: enterprise }) => ({
        ...configured,
        teams: team === undefined ? [] : [team],
        ...(enterprise === undefined ? {} : { enterprise }),
      }),
      (cause: unknown) => {
        learned = undefined;
        throw new Unavailable('Slack did not say which workspace its token is for.', { cause });
      },
    );
    return learned;
  };
  const kindOf = async (user: string): Promise<SlackUserKind> => {
    try {
      const [workspace, answer] = await Promise.all([
        origin(),
        callSlack((client) => client.users.info({ user }), patienceSeconds),
      ]);
      const parsed = SlackUser.safeParse(answer.user);
      return parsed.success && parsed.data.id === user ? whoIs(parsed.data, workspace) : 'unknown';
    } catch (error) {
      return strangers.has(errorCode(error)) ? 'foreign' : 'unknown';
    }
  };
  return {
    origin,
    async who(user) {
      const before = known.get(user);
      if (before !== undefined) return before;
      // Without a token nothing is known of anybody: the caller tries again.
      await access.token();
      const kind = await kindOf(user);
      if (kind !== 'unknown') known.set(user, kind);
      return kind;
    },
  };
}

/** Error codes for a user who does not exist here, or whom Slack does not show us. */
const strangers: ReadonlySet<string> = new Set(['user_not_found', 'user_not_visible', 'users_not_found']);
