// Checks Confluence: whether the user sees each space.
import { fixOf } from '../http-session.ts';
import type { CheckSource } from '../source-kind.ts';
import { confluenceSession, listOf, Space } from './client.ts';
import type { ConfluenceSettings } from './manifest.ts';

export const check: CheckSource<ConfluenceSettings> = async (settings, means) => {
  const session = confluenceSession(settings, means, { deadlineMs: 12_000, maxBytes: 5_000_000 });
  const answer = await listOf(session, 'wiki/api/v2/spaces', { keys: settings.spaces.join(',') }, Space);
  if (answer.kind === 'failed') return { kind: 'silent', lack: { what: answer.reason, fix: fixOf(answer.status) } };
  const seen = new Set(answer.data.rows.map(({ key }) => key));
  const lacking = settings.spaces.filter((key) => !seen.has(key));
  return {
    kind: 'answers',
    sees: [`pages of ${settings.spaces.length - lacking.length} of ${settings.spaces.length} spaces`],
    clusters: [],
    missing: lacking.map((key) => ({
      what: `space ${key}`,
      fix: 'check its key, and give the user of the token the right to view it',
    })),
  };
};
