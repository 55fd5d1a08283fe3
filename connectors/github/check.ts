// Checks GitHub: whether each of the first repositories of the settings can be read.
import * as z from 'zod';
import type { CheckSource } from '../source-kind.ts';
import { gitHubSessions } from './client.ts';
import type { GitHubSettings } from './manifest.ts';

const maxRepositories = 5;
const Repository = z.object({ full_name: z.string() });

export const check: CheckSource<GitHubSettings> = async ({ url, auth, app, repositories }, { secret }) => {
  const token = auth === 'token' ? secret('token') : undefined;
  const privateKey = auth === 'app' ? secret('privateKey') : undefined;
  const session = gitHubSessions({ url, app, token, privateKey })();
  const all = [...new Set(Object.values(repositories))];
  if (all.length === 0) {
    const limit = await session.get('/rate_limit', z.object({}));
    if (limit.kind === 'failed')
      return { kind: 'silent', lack: { what: limit.reason, fix: 'check url, auth and the token' } };
    return { kind: 'answers', sees: ['the API; repositories come from the catalogue'], clusters: [], missing: [] };
  }
  const tried = all.slice(0, maxRepositories);
  const answers = await Promise.all(
    tried.map(async (name) => ({ name, answer: await session.get(`/repos/${name}`, Repository) })),
  );
  const missing = answers.flatMap(({ name, answer }) =>
    answer.kind === 'ok'
      ? []
      : [
          {
            what: `${name}: ${answer.reason}`,
            fix: 'check the name, and give the token or App read access to contents and deployments of it',
          },
        ],
  );
  const [first] = missing;
  if (first !== undefined && missing.length === tried.length) return { kind: 'silent', lack: first };
  const sees = `changes of ${tried.length - missing.length} of ${tried.length} repositories`;
  const untried = all.length - tried.length;
  return {
    kind: 'answers',
    sees: [untried > 0 ? `${sees} (${untried} more were not tried)` : sees],
    clusters: [],
    missing,
  };
};
