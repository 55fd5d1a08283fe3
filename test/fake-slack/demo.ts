// The runtime with a recorded world and Slack, both real code, next to the fake Slack: what tests and manual trials share.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordedWorld } from '../../local/compose.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';
import { type FakeSlack, type FakeSlackOptions, fakeSlack } from './index.ts';
import type { Post } from './workspace.ts';

export interface Together extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly slack: FakeSlack;
  /** The first message that fits, as soon as it is there. */
  seen(fits: (post: Post) => boolean, what: string): Promise<Post>;
}

const catalog = `environments: { production: { level: walk } }
approvers: [U0ANA, U0BEN, U0DEPLOY, U0VENDOR, U0GUEST]
clusters: [{ name: backend-1, environment: production }]
conversation:
  alerts: [{ from: pagerduty, automatic: true, channels: [C0ALERTS] }]
`;

export async function together(
  scenarios: readonly string[],
  options: FakeSlackOptions & { readonly catalogue?: string } = {},
): Promise<Together> {
  const folder = mkdtempSync(join(tmpdir(), 'watchkeeper-slack-'));
  const file = join(folder, 'catalog.yaml');
  writeFileSync(file, options.catalogue ?? catalog);
  const slack = await fakeSlack({ retryAfterMs: [0, 20, 20], ...options });
  const runtime = await startRuntime({
    makeWorld: recordedWorld(
      scenarios.map((name) => new URL(`../../scenarios/${name}`, import.meta.url).pathname),
      {
        slack: { botToken: slack.token, signingSecret: slack.signingSecret, channel: 'C0OPS', apiUrl: slack.apiUrl },
        catalog: file,
      },
    ),
    port: 0,
    owner: { name: 'ana', slack: 'U0ANA' },
  });
  slack.setApp(runtime.url ?? '');
  return {
    runtime,
    slack,
    async seen(fits, what) {
      for (let tries = 0; tries < 200; tries += 1) {
        const found = slack.workspace.posts.find(fits);
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`${what} was not seen. There was:\n${slack.workspace.posts.map(wordsOf).join('\n---\n')}`);
    },
    async [Symbol.asyncDispose]() {
      await runtime.close();
      await slack[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** All that a message says, a line each text; without the sign in front of a headline. */
export const wordsOf = (post: Post): string =>
  post.blocks.length === 0
    ? post.text
    : post.blocks
        .filter(({ type }) => type !== 'actions')
        .flatMap(textsIn)
        .join('\n')
        .replace(/^\p{Extended_Pictographic}\uFE0F? /u, '');

function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value)
    .flatMap((inner) => (typeof inner === 'string' ? [] : textsIn(inner)))
    .concat(
      'text' in value && typeof value.text === 'string' ? [value.text] : [],
      'user_id' in value && typeof value.user_id === 'string' ? [value.user_id] : [],
    );
}
