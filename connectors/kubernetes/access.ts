// Access to one cluster: the address of its API server, the certificates to trust, and the login. It is built from a kubeconfig, with every login
// method, or for EKS from a presigned request to STS. Requests are plain HTTPS; a failed request is a value.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { Misconfigured } from '../../core/errors.ts';
import { parsedJson } from '../body.ts';
import { retryAfterMs } from '../retry.ts';

export interface Reply {
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** The reason for a missing answer. */
  readonly problem?: 'no answer' | 'login failed';
  readonly body: unknown;
  readonly bytes: number;
  /** Seconds that the server asks us to wait; absent if it asks for none. */
  readonly retryAfterMs?: number;
}

export interface ClusterAccess {
  readonly name: string;
  /** Never throws: the reply describes the failure. */
  request(path: string, options?: CallOptions): Promise<Reply>;
}

interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** Return raw text instead of JSON. */
  readonly text?: boolean;
  /** Absent, 8 s. */
  readonly timeoutMs?: number;
}

export const usualTimeoutMs = 8000;
const maxBytes = 64 * 1024 * 1024;

interface Login {
  readonly server: string;
  /** TLS and headers of one request. */
  readonly options: RequestOptions;
}

/** Calls `login` before each request; `login` throws if it cannot log in now, for example because a credential plugin is missing. */
export function clusterAccess(name: string, login: () => Promise<Login>): ClusterAccess {
  return {
    name,
    async request(path, call = {}) {
      const loggedIn = await login().catch(() => undefined);
      if (loggedIn === undefined) return { status: 0, problem: 'login failed', body: undefined, bytes: 0 };
      const { server, options } = loggedIn;
      const url = new URL(path, server.endsWith('/') ? server : `${server}/`);
      const body = call.body === undefined ? undefined : JSON.stringify(call.body);
      return send(
        url,
        {
          ...options,
          method: call.method ?? 'GET',
          headers: {
            accept: call.accept ?? 'application/json',
            // The length is explicit, because Node sends none for a DELETE, and the server would read the body as another request.
            ...(body === undefined
              ? {}
              : { 'content-type': call.contentType ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
            ...options.headers,
          },
        },
        body,
        call.text === true,
        call.timeoutMs,
      );
    },
  };
}

function send(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
  asText: boolean,
  timeoutMs = usualTimeoutMs,
): Promise<Reply> {
  const nobody: Reply = { status: 0, problem: 'no answer', body: undefined, bytes: 0 };
  return new Promise((resolve) => {
    const make = url.protocol === 'http:' ? httpRequest : httpsRequest;
    const call = make(url, { ...options, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) response.destroy();
        else chunks.push(chunk);
      });
      response.on('error', () => resolve(nobody));
      response.on('close', () => resolve(nobody));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const waitMs = retryAfterMs(response.headers['retry-after']);
        resolve({
          status: response.statusCode ?? 0,
          body: asText ? text : parsedJson(text),
          bytes,
          ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
        });
      });
    });
    call.on('error', () => resolve(nobody));
    call.end(body);
  });
}

/** The reason, in words, why a request returned nothing usable. */
export function statusText({ status, problem }: Reply): string {
  if (problem !== undefined) return problem;
  if (status === 401 || status === 403) return 'not allowed';
  return status === 200 ? 'an odd answer' : `status ${status}`;
}

/** A kubeconfig by its file or by its text; with neither, kubectl's default locations. */
export interface Kubeconfig {
  readonly file?: string | undefined;
  readonly text?: string | undefined;
}

/**
 * One access for each context, with the context's name; without names, the current context. @throws Misconfigured if the kubeconfig is unreadable or
 * lacks a context.
 */
export async function fromKubeconfig(
  { file, text }: Kubeconfig,
  contexts?: readonly string[],
): Promise<ClusterAccess[]> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const load = () => {
    const config = new KubeConfig();
    try {
      if (text !== undefined) config.loadFromString(text);
      else if (file !== undefined) config.loadFromFile(file);
      else config.loadFromDefault();
    } catch (cause) {
      throw new Misconfigured(
        `The kubeconfig ${file ?? (text === undefined ? 'in its usual place' : 'that was given')} cannot be read.`,
        { cause },
      );
    }
    return config;
  };
  const names = contexts ?? [load().getCurrentContext()];
  return names.map((name) => {
    const config = load();
    const context = config.getContexts().find((one) => one.name === name);
    if (!context) throw new Misconfigured(`The kubeconfig has no context ${name}.`);
    config.setCurrentContext(name);
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new Misconfigured(`The kubeconfig has no cluster for context ${name}.`);
    return clusterAccess(name, async () => {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      return { server: cluster.server, options };
    });
  });
}
