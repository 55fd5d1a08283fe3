// A child process of the dojo: it runs the scenarios that it receives, one after another. An error fails one scenario, not the run.
import * as z from 'zod';
import { runScenario } from './run.ts';
import { loadVocabulary } from './vocabulary.ts';

const Job = z.object({
  id: z.string(),
  dir: z.string(),
  vocabulary: z.string().optional(),
  withhold: z.array(z.string()).optional(),
});

process.on('message', async (message) => {
  const job = Job.parse(message);
  try {
    const vocabulary = job.vocabulary === undefined ? undefined : await loadVocabulary(job.vocabulary);
    process.send?.(await runScenario(job.id, job.dir, vocabulary, undefined, job.withhold));
  } catch (error) {
    process.send?.({ kind: 'error', id: job.id, reason: error instanceof Error ? error.message : String(error) });
  }
});
