// Logs requests of a source in, as its `auth` says: a bearer token, a password, or Signature Version 4 of AWS.
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { Misconfigured } from '../core/errors.ts';
import type { Login } from './auth.ts';
import type { AwsAccess } from './source-kind.ts';

interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** What to send: the address, which a signature may have rewritten, and all headers. */
interface Authorized {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** Called for each request. It rejects if a secret or a credential cannot be read: a retry could help. */
export type Authorize = (request: Request) => Promise<Authorized>;

export const unauthorized: Authorize = async ({ url, headers }) => ({ url, headers });

interface Means {
  readonly secret: (() => Promise<string>) | undefined;
  readonly aws: AwsAccess | undefined;
}

export function authorizer(auth: Login, { secret, aws }: Means): Authorize {
  switch (auth.kind) {
    case 'none':
      return unauthorized;
    case 'bearer':
      return withHeader(async () => `Bearer ${await secretValue(secret)}`);
    case 'basic':
      return withHeader(
        async () => `Basic ${Buffer.from(`${auth.user}:${await secretValue(secret)}`, 'utf8').toString('base64')}`,
      );
    case 'sigv4':
      return signed(auth, aws);
  }
}

const secretValue = async (secret: Means['secret']): Promise<string> => {
  if (secret === undefined) throw new Misconfigured('The secret of a source cannot be read here.');
  return (await secret()).trim();
};

const withHeader =
  (authorization: () => Promise<string>): Authorize =>
  async ({ url, headers }) => ({ url, headers: { ...headers, authorization: await authorization() } });

function signed(
  { service, region, account }: Extract<Login, { kind: 'sigv4' }>,
  aws: AwsAccess | undefined,
): Authorize {
  if (aws === undefined) throw new Misconfigured('A source that signs its requests needs credentials of AWS.');
  const credentials = aws.credentials(account);
  return async ({ method, url, headers, body }) => {
    const at = region ?? /\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/.exec(url.hostname)?.[1] ?? aws.region;
    if (at === undefined) throw new Misconfigured(`The region of ${url.host} is unknown: name it under auth.`);
    const address = new URL(url);
    // The signature covers the query in the encoding of RFC 3986, in which a space is no plus sign.
    address.search = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
    const signer = new SignatureV4({ service, region: at, credentials, sha256: Sha256 });
    const query: Record<string, string[]> = {};
    for (const [name, value] of url.searchParams) query[name] = [...(query[name] ?? []), value];
    const { headers: all } = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers: { ...headers, host: url.host },
      ...(body === undefined ? {} : { body }),
    });
    // fetch sets the host itself.
    const { host: _, ...rest } = all;
    return { url: address, headers: rest };
  };
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
