// Completes entries that reach their server through a Grafana: `{ kind: loki, via: graf, uid: P8E8 }`. The entry gets Grafana's proxy of that data source
// as its address, and Grafana's login.
import * as z from 'zod';

const Grafana = z.looseObject({ kind: z.literal('grafana'), url: z.string(), auth: z.unknown().optional() });
const Login = z.looseObject({ kind: z.enum(['bearer', 'basic']), secret: z.string().optional() });

export type Completed =
  | { readonly entry: Readonly<Record<string, unknown>> }
  | { readonly at: string; readonly problem: string };

/** An entry without `via` stays as it is. */
export function throughGrafana(
  { via, uid, ...entry }: Readonly<Record<string, unknown>>,
  entries: Readonly<Record<string, unknown>>,
): Completed {
  if (via === undefined) return { entry: uid === undefined ? entry : { ...entry, uid } };
  if (typeof via !== 'string' || !Object.hasOwn(entries, via)) return { at: 'via', problem: 'no source has this name' };
  const grafana = Grafana.safeParse(entries[via]);
  if (!grafana.success) return { at: 'via', problem: `the source ${via} is no Grafana with an address` };
  if (typeof uid !== 'string' || !/^[\w-]{1,40}$/.test(uid))
    return { at: 'uid', problem: 'is needed with via: the uid of the data source in Grafana' };
  if (entry.url !== undefined || entry.auth !== undefined)
    return { at: 'via', problem: 'gives the address and the login, so the entry has no url and no auth of its own' };
  const auth = loginThrough(via, grafana.data.auth);
  if (auth === undefined)
    return {
      at: 'via',
      problem: `${via} needs its login as auth: { kind: bearer, secret: NAME }, so that this source can share it`,
    };
  return { entry: { ...entry, url: `${grafana.data.url.replace(/\/+$/, '')}/api/datasources/proxy/uid/${uid}`, auth } };
}

/** A stage names the secret of a Grafana after it; a local file may hold the token in the entry itself, which is not shared. */
function loginThrough(name: string, auth: unknown): object | string | undefined {
  if (auth === undefined || auth === 'none') return auth === undefined ? undefined : 'none';
  if (auth === 'bearer' || auth === 'token') return { kind: 'bearer', secret: secretOf(name) };
  const login = Login.safeParse(auth);
  return login.success ? { ...login.data, secret: login.data.secret ?? secretOf(name) } : undefined;
}

/** As the manifest of Grafana names it. */
const secretOf = (name: string): string => `${name}-token`;
