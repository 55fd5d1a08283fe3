// Checks a request's Signature Version 4 as a service of AWS does, from the document "Signature Version 4 signing process" (docs.aws.amazon.com,
// IAM User Guide, "Create a signed AWS API request"). It is written from that document and shares no code with the signer.
import { createHash, createHmac } from 'node:crypto';
import type { Asked } from './server.ts';

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly service: string;
  readonly region: string;
}

const hash = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest();
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** Undefined if the signature fits; otherwise what is wrong. */
export function wrongSignature({ method, path, headers, body }: Asked, key: Key): string | undefined {
  const [, id, day, region, service, signedHeaders = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  if (signature === undefined) return 'no signature';
  if (id !== key.accessKeyId || region !== key.region || service !== key.service)
    return `scope ${id}/${region}/${service}`;
  if (key.sessionToken !== undefined && headers['x-amz-security-token'] !== key.sessionToken) return 'session token';
  const at = String(headers['x-amz-date']);
  if (
    !at.startsWith(day ?? ' ') ||
    Math.abs(Date.parse(at.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5')) - Date.now()) > 300_000
  )
    return 'time';
  const names = signedHeaders.split(';');
  if (!names.includes('host')) return 'the host is not signed';
  const [pathname = '', search = ''] = path.split('?');
  // The query as it came: a plus sign is a plus sign, and every pair is decoded and encoded again.
  const pairs =
    search === ''
      ? []
      : search.split('&').map((pair) => pair.split('=').map((part) => encoded(decodeURIComponent(part))));
  const canonicalQuery = pairs
    .map(([name, value = '']) => `${name}=${value}`)
    .sort()
    .join('&');
  const canonical = [
    method,
    pathname
      .split('/')
      .map((part) => encoded(part))
      .join('/'),
    canonicalQuery,
    ...names.map((name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}`),
    '',
    signedHeaders,
    headers['x-amz-content-sha256'] ?? hash(body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const signingKey = [String(day), key.region, key.service, 'aws4_request'].reduce<string | Buffer>(
    (secret, text) => hmac(secret, text),
    `AWS4${key.secretAccessKey}`,
  );
  const expected = hmac(signingKey, ['AWS4-HMAC-SHA256', at, scope, hash(canonical)].join('\n')).toString('hex');
  return expected === signature ? undefined : 'signature';
}
