// Stores anchors of the audit as files, `anchors/DAY.json`. On one machine, anybody who can write the records can write the anchors too, so they
// reveal a mistake or a damaged disk rather than an attack.
import { AuditAnchor } from '../../core/model/audit-chain.ts';
import type { AuditAnchors } from '../../core/ports/records.ts';
import type { Files } from './files.ts';

const folder = 'anchors';

export function diskAnchors(files: Files): AuditAnchors {
  const read = async (name: string) => {
    const text = await files.read(name);
    return { day: name.slice(folder.length + 1, -'.json'.length), anchor: jsonOf(text ?? '') };
  };
  const names = async () => (await files.list(folder)).filter((name) => name.endsWith('.json'));
  return {
    async add(anchor) {
      const name = `${folder}/${anchor.day}.json`;
      if ((await files.read(name)) === undefined) await files.write(name, JSON.stringify(anchor));
    },
    async last() {
      const name = (await names()).at(-1);
      return name === undefined ? undefined : AuditAnchor.safeParse((await read(name)).anchor).data;
    },
    all: async () => Promise.all((await names()).map(read)),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
