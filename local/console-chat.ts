// The Chat port of the console: it stores the latest message of each key, so that a page that is opened later shows earlier messages.
import * as z from 'zod';
import { Message } from '../core/model/message.ts';
import type { Chat } from '../core/ports/channels.ts';
import type { Clock } from '../core/ports/world.ts';
import type { Disk } from './runtime/files.ts';

const Kept = z.object({ at: z.string(), message: Message });

export interface ConsoleChat extends Chat {
  /** The messages about an incident, oldest first. */
  messages(incidentId: string): Promise<readonly Message[]>;
}

export function consoleChat(disk: Disk, clock: Clock): ConsoleChat {
  const folder = (incidentId: string) => `messages/${fileName(incidentId)}`;
  return {
    async publish(message) {
      const name = `${folder(message.incidentId)}/${fileName(message.key)}.json`;
      const at = (await disk.record(name, Kept))?.at ?? clock.now().toISOString();
      await disk.write(name, JSON.stringify({ at, message }));
    },
    async messages(incidentId) {
      const names = await disk.list(folder(incidentId));
      const all = await Promise.all(names.map((name) => disk.record(name, Kept)));
      return all
        .filter((each) => each !== undefined)
        .sort((a, b) => a.at.localeCompare(b.at))
        .map(({ message }) => message);
    },
  };
}

/**
 * Publishes at the console and in another place; the console comes first, because it is local. A conversation about no incident stays in its own
 * place.
 */
export const alsoIn = (console: ConsoleChat, other: Chat): ConsoleChat => ({
  ...console,
  async publish(message) {
    await console.publish(message);
    const onlyHere = message.kind === 'answer' && message.incidentId === 'none' && message.slack === undefined;
    if (!onlyHere) await other.publish(message);
  },
});

const fileName = (text: string): string => encodeURIComponent(text).replaceAll('.', '%2E');
