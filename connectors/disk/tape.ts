// The Tape port on files: one call per file, `tapes/<incident>.<number>.json`, numbered in the order of the answers.
import { Impossible } from '../../core/errors.ts';
import { type Tape, TapedCall } from '../../core/replay/tape.ts';
import { type Files, fileName } from './files.ts';

const folder = 'tapes';

export function diskTape(files: Files): Tape {
  const counts = new Map<string, number>();
  const next = (incidentId: string): number => {
    // A number that begins with the time, so that a later process continues after the existing files.
    const count = (counts.get(incidentId) ?? Date.now() * 1000) + 1;
    counts.set(incidentId, count);
    return count;
  };
  const ofIncident = async (incidentId: string) =>
    (await files.list(folder)).filter((name) => name.startsWith(`${folder}/${fileName(incidentId)}.`));
  return {
    add: (incidentId, call) =>
      files.write(`${folder}/${fileName(incidentId)}.${next(incidentId)}.json`, JSON.stringify(call)),
    async calls(incidentId) {
      const names = await ofIncident(incidentId);
      return Promise.all(names.map(async (name) => parse(name, (await files.read(name)) ?? '')));
    },
    async incidents() {
      const names = (await files.list(folder)).map((name) => name.slice(folder.length + 1).split('.')[0] ?? '');
      return [...new Set(names)].map(decodeURIComponent);
    },
  };
}

function parse(name: string, content: string): TapedCall {
  try {
    return TapedCall.parse(JSON.parse(content));
  } catch (cause) {
    throw new Impossible(`The file ${name} is no recorded call.`, { cause });
  }
}
