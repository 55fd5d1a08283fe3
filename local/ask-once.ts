// Asks one question of a world that is started for it alone: no port, no page, and a data folder that is gone afterwards.
import { handleUtterance } from '../core/conversation/handle-utterance.ts';
import { liveWorld, readConfigFile, recordedWorld } from './compose.ts';
import { startRuntime } from './runtime/index.ts';
import type { MakeWorld } from './world.ts';

export interface WorldToAsk {
  readonly config: string | undefined;
  readonly scenarios: readonly string[];
}

export async function askWorld(text: string, { config, scenarios }: WorldToAsk): Promise<unknown> {
  const troubles: string[] = [];
  const runtime = await startRuntime({
    makeWorld: config === undefined ? recordedWorld(scenarios) : await worldOf(config),
    onTrouble: (sentence) => troubles.push(sentence),
  });
  try {
    const { ports } = runtime;
    const at = ports.clock.now().toISOString();
    return await handleUtterance(
      { kind: 'words', how: 'console', eventId: `ask-${ports.ids.next()}`, at, by: 'ask', text },
      ports,
    );
  } finally {
    await runtime.close();
    for (const sentence of troubles.slice(0, 5)) process.stderr.write(`${sentence}\n`);
  }
}

async function worldOf(file: string): Promise<MakeWorld> {
  const config = await readConfigFile(file, process.env);
  return config.scenarios === undefined ? liveWorld(config) : recordedWorld(config.scenarios, config);
}
