// Finds when and where each change went live. A deploy names its commit and carries the commits merged before it. A flag or setting is live at
// once. A change that never went live before the page cannot have caused it.
import type { Change } from '../../model/telemetry.ts';

export interface Live {
  readonly change: Change;
  /** The service on which the change went live; undefined for a commit without a known deploy. */
  readonly service: string | undefined;
  /** UTC. */
  readonly at: string;
  /** `named`: the deploy names the commit. `carried`: it was merged before the deployed commit. `itself`: a deploy, flag or setting. */
  readonly how: 'named' | 'carried' | 'itself' | 'not-deployed';
  readonly deploy?: Change | undefined;
}

/** Lists every way in which each change went live before `until` (UTC), in time order. */
export function wentLive(changes: readonly Change[], until: string): readonly Live[] {
  const before = changes.filter((change) => change.at <= until);
  const commits = before.filter((change) => change.kind === 'commit');
  const deploys = before.filter((change) => change.kind === 'deploy').toSorted((a, b) => a.at.localeCompare(b.at));
  const live: Live[] = before
    .filter((change) => change.kind !== 'commit' && change.kind !== 'deploy')
    .map((change) => ({ change, service: change.service, at: change.at, how: 'itself' }));
  const deployed = new Set<string>();
  for (const [index, deploy] of deploys.entries()) {
    const named = commits.find((commit) => sameCommit(commit, deploy.commit));
    if (!named) {
      live.push({ change: deploy, service: deploy.service, at: deploy.at, how: 'itself', deploy });
      continue;
    }
    const previous = deploys
      .slice(0, index)
      .findLast((other) => other.service === deploy.service && other.commit !== undefined && other.at < deploy.at);
    const since = commits.find((commit) => sameCommit(commit, previous?.commit))?.at ?? '';
    live.push({ change: named, service: deploy.service, at: deploy.at, how: 'named', deploy });
    deployed.add(named.id);
    for (const commit of commits) {
      if (commit === named || commit.at > named.at || commit.at <= since) continue;
      live.push({ change: commit, service: deploy.service, at: deploy.at, how: 'carried', deploy });
      deployed.add(commit.id);
    }
  }
  const rest = commits.filter((commit) => !deployed.has(commit.id));
  // If deploys are recorded, a commit without a deploy is not live. If no deploys are recorded, the merge is the only known fact.
  return [
    ...live,
    ...rest.map((change): Live => ({ change, service: change.service, at: change.at, how: 'not-deployed' })),
  ];
}

const sameCommit = (commit: Change, reference: string | undefined): boolean =>
  reference !== undefined &&
  reference.length >= 7 &&
  [commit.id, commit.commit].some(
    (id) => id !== undefined && (id.startsWith(reference) || reference.startsWith(id)) && id.length >= 7,
  );
