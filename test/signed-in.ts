// People at the console of a runtime, as a browser or a program would be: by link and cookie, or by the token of the data folder.
import type { Runtime } from '../local/runtime/index.ts';
import { linkTo } from '../local/server/index.ts';

/** The headers of a program of this machine. */
export const asProgram = ({ people }: Runtime): Record<string, string> => ({
  authorization: `Bearer ${people?.scriptToken}`,
});

/** A link that signs this person in, once. */
export async function linkFor(runtime: Runtime, name: string, approver = true): Promise<string> {
  const invited = await runtime.people?.invite({ name, approver });
  return linkTo(runtime.url ?? '', invited?.linkToken ?? '');
}

/** The headers of a browser in which this person opened a link. */
export async function signedIn(runtime: Runtime, name: string, approver = true): Promise<Record<string, string>> {
  const entered = await fetch(await linkFor(runtime, name, approver), { redirect: 'manual' });
  return { cookie: (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}
