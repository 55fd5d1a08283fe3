// Checks LaunchDarkly: whether the audit log of each project and environment can be read, by one page each.
import type { CheckSource } from '../source-kind.ts';
import { specsOf } from './changes.ts';
import { entriesOf } from './client.ts';
import type { LaunchDarklySettings } from './manifest.ts';
import { tokenOf } from './source.ts';

const maxTried = 5;

export const check: CheckSource<LaunchDarklySettings> = async (settings, means) => {
  const end = means.clock.now().getTime();
  const specs = specsOf(settings);
  const missing = [];
  let entries = 0;
  const tried = specs.slice(0, maxTried);
  for (const spec of tried) {
    const access = { url: settings.url, token: tokenOf(means), timeoutMs: 5000 };
    const answer = await entriesOf(access, { spec, start: end - 7 * 86_400_000, end, most: 1 });
    if (answer.kind === 'ok') entries += answer.entries.length;
    else
      missing.push({
        what: `${spec}: ${answer.reason}`,
        fix: 'check url, the token (role Reader) and the keys of projects and environments',
      });
  }
  const [first] = missing;
  if (first !== undefined && missing.length === tried.length) return { kind: 'silent', lack: first };
  if (entries === 0)
    missing.push({
      what: 'flags: nothing changed in the last week, or no flag fits',
      fix: 'compare projects and environments with their keys in LaunchDarkly',
    });
  return { kind: 'answers', sees: [`changes of flags: ${tried.join(', ')}`], clusters: [], missing };
};
