// The API of a test cluster, as its administrator: plain requests with the login of a kubeconfig.
import { request } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import * as z from 'zod';
import { Misconfigured, Unavailable } from '../../core/errors.ts';
import { ClusterObject, List } from './objects.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ClusterApi {
  readonly context: string;
  /** The whole kubeconfig, for a program that reads one. */
  readonly kubeconfig: string;
  /** Throws `Unavailable` with the server's words where it refuses. */
  call(method: Method, path: string, body?: unknown): Promise<unknown>;
  /** Undefined where there is no such object. */
  find(path: string): Promise<ClusterObject | undefined>;
  list(path: string): Promise<readonly ClusterObject[]>;
}

/** Without a text, kubectl's default places are read. Throws `Misconfigured` where the context is not among them. */
export function clusterApi(context: string, text?: string): ClusterApi {
  const config = new KubeConfig();
  if (text === undefined) config.loadFromDefault();
  else config.loadFromString(text);
  const known = config.getContexts().map(({ name }) => name);
  if (!known.includes(context))
    throw new Misconfigured(`The kubeconfig has no context "${context}": it has ${known.join(', ') || 'none'}.`);
  config.setCurrentContext(context);
  const call = async (method: Method, path: string, body?: unknown): Promise<unknown> => {
    const { status, answer } = await send(config, method, path, body);
    if (status < 300) return answer;
    const why = z.looseObject({ message: z.string() }).safeParse(answer).data?.message ?? `status ${status}`;
    throw new Unavailable(`${method} ${path}: ${why}`);
  };
  return {
    context,
    kubeconfig: config.exportConfig(),
    call,
    async find(path) {
      const { status, answer } = await send(config, 'GET', path);
      return status === 200 ? ClusterObject.parse(answer) : undefined;
    },
    async list(path) {
      const { items, kind } = List.parse(await call('GET', path));
      const one = kind.replace(/List$/, '');
      return items.map((item) => ({ ...item, kind: one }));
    },
  };
}

const limitMs = 15_000;

async function send(config: KubeConfig, method: Method, path: string, body?: unknown) {
  const server = config.getCurrentCluster()?.server ?? '';
  const url = new URL(path, server.endsWith('/') ? server : `${server}/`);
  const options: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {};
  await config.applyToHTTPSOptions(options);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const type = method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json';
  return new Promise<{ readonly status: number; readonly answer: unknown }>((resolve, reject) => {
    const headers = {
      accept: 'application/json',
      ...(text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
    };
    const asked = request(url, { ...options, method, headers: { ...options.headers, ...headers } }, (reply) => {
      const parts: Buffer[] = [];
      reply.on('data', (part: Buffer) => parts.push(part));
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, answer: jsonOr(Buffer.concat(parts).toString()) }),
      );
      reply.on('error', reject);
    });
    asked.setTimeout(limitMs, () => asked.destroy(new Unavailable(`${method} ${path}: no answer.`)));
    asked.on('error', reject);
    asked.end(text);
  });
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
