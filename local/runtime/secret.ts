// Manages the secret that signs pages to this runtime: created once per data folder, so that another terminal can send a page.
import { randomBytes } from 'node:crypto';
import type { Disk } from './files.ts';

const file = 'webhook-secret';
/** A truncated secret would be easier to guess, so it is refused. */
const whole = /^[\x21-\x7e]{40,500}$/;

export async function webhookSecret(disk: Disk): Promise<string> {
  const known = (await disk.read(file))?.trim();
  if (known !== undefined && whole.test(known)) return known;
  if (known !== undefined) await disk.setAside(file, 'holds no whole secret');
  const made = randomBytes(32).toString('base64url');
  await disk.write(file, `${made}\n`);
  return made;
}
