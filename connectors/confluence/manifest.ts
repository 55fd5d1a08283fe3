// The manifest of Confluence Cloud: the spaces whose pages are copied into the knowledge. It gives no signal.
import * as z from 'zod';
import { Auth, accountsOfAuth, needsSecret, secretOfAuth } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  /** The site before /wiki: https://acme.atlassian.net, or https://api.atlassian.com/ex/confluence/CLOUD_ID for a token with scopes. */
  url: z.url({ protocol: /^https?$/ }),
  /** `basic` with the user's e-mail address and an API token, or `bearer`. */
  auth: Auth.default('bearer'),
  /** Keys of spaces, which everybody who talks to Watchkeeper may read. */
  spaces: z
    .array(z.string().regex(/^~?[\w-]{1,255}$/, "a space's key"))
    .min(1)
    .max(50),
});
export type ConfluenceSettings = z.infer<typeof configSchema>;

export const confluence: Manifest<ConfluenceSettings> = {
  id: 'confluence',
  title: 'Pages of Confluence',
  signals: [],
  configSchema,
  secrets: [
    {
      field: 'token',
      name: 'confluence-token',
      description: 'API token of a user of Confluence who may read the spaces',
      purpose: 'observe',
      isNeeded: ({ auth }) => needsSecret(auth),
      named: ({ auth }) => secretOfAuth(auth),
    },
  ],
  hasDocuments: () => true,
  accounts: ({ auth }) => accountsOfAuth(auth),
  rights: () => [],
};
