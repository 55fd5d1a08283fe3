// The secret that pages to this runtime are signed with: made once a data folder, so that a page can be sent from another terminal.
import { randomBytes } from 'node:crypto';
import type { Disk } from './files.ts';

const file = 'webhook-secret';

export async function webhookSecret(disk: Disk): Promise<string> {
  const known = (await disk.read(file))?.trim();
  if (known) return known;
  const made = randomBytes(32).toString('base64url');
  await disk.write(file, `${made}\n`);
  return made;
}
