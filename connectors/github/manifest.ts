// The manifest of GitHub: its settings, signal and secret.
import * as z from 'zod';
import type { Manifest } from '../source-kind.ts';

const repository = z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, 'OWNER/NAME');
const configSchema = z
  .strictObject({
    /** The API's address; of GitHub Enterprise Server https://HOST/api/v3. */
    url: z.url({ protocol: /^https?$/ }).default('https://api.github.com'),
    auth: z.enum(['none', 'token', 'app']).default('none'),
    /** The GitHub App whose private key is the secret. */
    app: z.strictObject({ id: z.int().positive(), installation: z.int().positive() }).optional(),
    /** Repositories of services; the catalogue's `repository` goes first. */
    repositories: z.record(z.string().min(1), repository).default({}),
    /** Environments of deployments that count; absent, those with the incident's environment in their name, else all. */
    environments: z.array(z.string().min(1)).min(1).optional(),
    /** Copies documents of the repositories into the knowledge: files and folders; absent, none. */
    documents: z
      .strictObject({
        paths: z
          .array(z.string().regex(/^[\w.][\w./-]{0,199}$/, 'a path in the repository'))
          .min(1)
          .max(20)
          .default(['README.md', 'docs', 'runbooks']),
        /** Further repositories than those of services. */
        repositories: z.array(repository).max(200).default([]),
      })
      .optional(),
    /** Branch whose commits count in a repository without deployments; absent, the default branch. */
    branch: z.string().min(1).max(200).optional(),
  })
  .refine(({ auth, app }) => (auth === 'app') === (app !== undefined), {
    path: ['app'],
    message: 'belongs to auth: app, and only to it',
  });
export type GitHubSettings = z.infer<typeof configSchema>;

export const gitHub: Manifest<GitHubSettings> = {
  id: 'github',
  title: 'GitHub',
  signals: ['changes'],
  configSchema,
  secrets: [
    {
      field: 'token',
      name: 'github-token',
      description: 'Fine-grained token for GitHub with read access to contents and deployments',
      purpose: 'observe',
      isNeeded: ({ auth }) => auth === 'token',
      implies: { auth: 'token' },
    },
    {
      field: 'privateKey',
      name: 'github-key',
      description: 'Private key (PEM) of the GitHub App, which has read access to contents and deployments',
      purpose: 'observe',
      isNeeded: ({ auth }) => auth === 'app',
    },
  ],
  rights: () => [],
  hasDocuments: ({ documents }) => documents !== undefined,
};
