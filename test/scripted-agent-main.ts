// `npm run fake-model`: an agent by script, for config/fake-model.yaml. It takes some seconds for each question, so that people can watch and stop it.
import { playAgent } from './scripted-agent.ts';

const { mock } = await playAgent({ port: 4760, pauseMs: 4000, questions: 4 });
process.stdout.write(`The scripted agent answers at ${mock.url}. Ctrl-C stops it.\n`);
