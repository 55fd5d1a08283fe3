// Runs the Watchkeeper that receives a storm: a real HTTP server in a process of its own, with all its records on disk. It reports its address to
// its parent, and its progress on request.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { knowledgeOf, recordedWorld } from '../../local/compose.ts';
import { startRuntime } from '../../local/runtime/index.ts';

const { data, folders, concurrent } = z
  .object({ data: z.string(), folders: z.array(z.string()), concurrent: z.number().optional() })
  .parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));

const startedAt = new Map<string, number>();
const investigated = new Set<string>();
let oldestMs = 0;
let answered = 0;
let rssBytes = 0;
const troubles: string[] = [];
const watching = setInterval(() => {
  rssBytes = Math.max(rssBytes, process.memoryUsage.rss());
}, 250);

const runtime = await startRuntime({
  data,
  port: 0,
  ...(concurrent === undefined ? {} : { concurrent }),
  onTrouble: (sentence) => void troubles.push(sentence),
  makeWorld: async (ground) => {
    const world = await recordedWorld(folders)(ground);
    // One knowledge base for all recordings, as in production, and not one per recording.
    const knowledge = await knowledgeOf(ground.learnedFolder);
    return { ...world, telemetry: { ...world.telemetry, knowledge } };
  },
  hooks: {
    entered: ({ name, state, startedAt: at }) => {
      startedAt.set(name, Date.parse(at));
      if (state === 'Investigate') investigated.add(name);
      if (state === 'WhatNow' || state === 'Covered') {
        answered += 1;
        oldestMs = Math.max(oldestMs, Date.now() - Date.parse(at));
      }
    },
  },
});
await runtime.resume();

process.on('message', async (request: 'stand' | 'progress' | 'stop') => {
  if (request === 'stop') {
    clearInterval(watching);
    await runtime.close();
    process.exit(0);
  }
  if (request === 'progress') {
    process.send?.({ kind: 'progress', answered });
    return;
  }
  const { user, system } = process.cpuUsage();
  const byStatus: Record<string, number> = {};
  for (const { status } of await runtime.ports.incidents.list(5000)) byStatus[status] = (byStatus[status] ?? 0) + 1;
  process.send?.({
    kind: 'stand',
    cpuSeconds: (user + system) / 1e6,
    rssMb: Math.round(rssBytes / 2 ** 20),
    executions: startedAt.size,
    investigations: investigated.size,
    answered,
    oldestSeconds: Math.round(oldestMs / 1000),
    byStatus,
    troubles: troubles.slice(0, 5),
  });
});
process.send?.({ kind: 'up', url: runtime.url, secret: readFileSync(join(data, 'webhook-secret'), 'utf8').trim() });
