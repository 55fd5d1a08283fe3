// The settings of a source's login over HTTP: `auth: { kind: bearer, secret: prom-be1 }`. It imports no client, because the stack reads it.
import * as z from 'zod';

/** The name of a secret of the stage, or of an entry under `secrets` in a local file. */
export const secretName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'the name of a secret: lower-case letters, digits and dashes, at most 40');
export const accountId = z.string().regex(/^\d{12}$/, 'an account id of 12 digits, in quotes');
export const region = z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a region, such as us-east-1');

const Kinds = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('bearer'), secret: secretName.optional() }),
  /** The secret is the password. */
  z.strictObject({
    kind: z.literal('basic'),
    user: z.string().regex(/^[^:\p{C}]{1,200}$/u, 'a user name without a colon'),
    secret: secretName.optional(),
  }),
  /** Signature Version 4 of AWS, with the function's own role, or with the reader's role of another account (`aws.accounts`). */
  z.strictObject({
    kind: z.literal('sigv4'),
    /** The name by which the service signs: `aps` for Amazon Managed Prometheus, `monitoring` for CloudWatch. */
    service: z.string().regex(/^[a-z0-9-]{1,40}$/, 'the name of a service for signatures, such as aps'),
    /** Absent: the region in the address, else that of the process. */
    region: region.optional(),
    account: accountId.optional(),
  }),
]);
/** A login with all its settings. */
export type Login = z.infer<typeof Kinds>;

/** The words of before: `token` means `bearer`, and each stands for a login without further settings. */
const Word = z.enum(['none', 'bearer', 'token']);
export const Auth = z.unknown().transform((value, context): Login | z.infer<typeof Word> => {
  const read = typeof value === 'string' ? Word.safeParse(value) : Kinds.safeParse(value);
  if (read.success) return read.data;
  for (const { message, path } of read.error.issues) context.addIssue({ code: 'custom', message, path: [...path] });
  return z.NEVER;
});
export type Auth = z.infer<typeof Auth>;

/** `user`: the user of the older spelling, beside a word. */
export function loginOf(auth: Auth, user?: string | undefined): Login {
  if (typeof auth !== 'string') return auth;
  if (auth === 'none') return { kind: 'none' };
  return user === undefined ? { kind: 'bearer' } : { kind: 'basic', user };
}

export function needsSecret(auth: Auth): boolean {
  const { kind } = loginOf(auth);
  return kind === 'bearer' || kind === 'basic';
}
export const secretOfAuth = (auth: Auth): string | undefined =>
  typeof auth !== 'string' && 'secret' in auth ? auth.secret : undefined;
export const accountsOfAuth = (auth: Auth): string[] =>
  typeof auth !== 'string' && auth.kind === 'sigv4' && auth.account !== undefined ? [auth.account] : [];

/** Other accounts that Watchkeeper may read: their reader's role, by account id. No other account is entered. */
export const AwsSettings = z
  .strictObject({
    accounts: z
      .record(
        accountId,
        z.strictObject({
          role: z
            .string()
            .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@-]{1,64}$/, 'the ARN of a role without a path'),
          /** The secret that holds the external id that the role requires. */
          externalIdSecret: secretName.optional(),
        }),
      )
      .default({}),
    /** The monitoring account of CloudWatch's cross-account observability, which sources of CloudWatch without an account read. */
    monitoring: z.strictObject({ account: accountId, regions: z.array(region).min(1).max(20) }).optional(),
  })
  .superRefine(({ accounts }, context) => {
    for (const [account, { role }] of Object.entries(accounts))
      if (role.split(':')[4] !== account)
        context.addIssue({
          code: 'custom',
          path: ['accounts', account, 'role'],
          message: 'is a role of another account',
        });
  });
export type AwsSettings = z.infer<typeof AwsSettings>;
export const noAws: AwsSettings = { accounts: {} };

/** The secrets that hold external ids. */
export const externalIdsOf = ({ accounts }: AwsSettings): string[] => [
  ...new Set(Object.values(accounts).flatMap(({ externalIdSecret }) => externalIdSecret ?? [])),
];
