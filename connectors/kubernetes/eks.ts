// Logs in to EKS with the function's own role: the token is a presigned STS GetCallerIdentity request with the cluster's name in a signed header
// (https://github.com/kubernetes-sigs/aws-iam-authenticator). Nothing is stored; we use a token for a minute.
import { Sha256 } from '@aws-crypto/sha256-js';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { SignatureV4 } from '@smithy/signature-v4';
import { Unavailable } from '../../core/errors.ts';
import type { AwsCredentials } from '../source-kind.ts';
import { type ClusterAccess, clusterAccess } from './access.ts';

interface EksCluster {
  readonly name: string;
  readonly region: string;
  /** Of the role that the cluster knows as its user; absent, those of the process. */
  readonly credentials?: AwsCredentials | undefined;
  readonly client?: EKSClient | undefined;
}

const tokenSeconds = 60;

/** Looks the cluster up at the first request, and again after a failure, so that one missing cluster hides no other. */
export function fromEks({
  name,
  region,
  credentials,
  client = clientOf(region, credentials),
}: EksCluster): ClusterAccess {
  let described: ReturnType<typeof describe> | undefined;
  return clusterAccess(name, async () => {
    // All waiting requests share one look-up.
    described ??= describe(name, client).catch((error) => {
      described = undefined;
      throw error;
    });
    const { server, ca } = await described;
    const authorization = `Bearer ${await eksToken(name, region, credentials ?? client.config.credentials)}`;
    return { server, options: { ca, headers: { authorization } } };
  });
}

const clientOf = (region: string, credentials: AwsCredentials | undefined): EKSClient =>
  new EKSClient({ region, ...(credentials === undefined ? {} : { credentials }) });

/** @throws Unavailable if EKS does not return the cluster's address. */
async function describe(name: string, client: EKSClient): Promise<{ server: string; ca: string }> {
  const { cluster } = await client.send(new DescribeClusterCommand({ name }));
  const server = cluster?.endpoint;
  const ca = cluster?.certificateAuthority?.data;
  if (!server || !ca) throw new Unavailable(`EKS cluster ${name} has no endpoint yet.`);
  return { server, ca: Buffer.from(ca, 'base64').toString('utf8') };
}

type Credentials = ConstructorParameters<typeof SignatureV4>[0]['credentials'];

/** `k8s-aws-v1.` and the presigned URL, base64url without padding. */
export async function eksToken(
  cluster: string,
  region: string,
  credentials: Credentials,
  now = new Date(),
): Promise<string> {
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const hostname = `sts.${region}.amazonaws.com`;
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': cluster },
    },
    { expiresIn: tokenSeconds, signingDate: now, unhoistableHeaders: new Set(['x-k8s-aws-id']) },
  );
  const query = new URLSearchParams(
    Object.entries(signed.query ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
  );
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${query}`).toString('base64url')}`;
}
