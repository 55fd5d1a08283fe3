// The secret that pages to this runtime are signed with: made once a data folder, so that a page can be sent from another terminal.
import { randomBytes } from 'node:crypto';
import type { Disk } from './files.ts';

const file = 'webhook-secret';
/** Of a secret that was cut off, what is left would be guessed sooner. */
const whole = /^[\x21-\x7e]{40,500}$/;

export async function webhookSecret(disk: Disk): Promise<string> {
  const known = (await disk.read(file))?.trim();
  if (known !== undefined && whole.test(known)) return known;
  if (known !== undefined) await disk.setAside(file, 'holds no whole secret');
  const made = randomBytes(32).toString('base64url');
  await disk.write(file, `${made}\n`);
  return made;
}
