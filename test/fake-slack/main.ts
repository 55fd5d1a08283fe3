// `npm run fake-slack`: a Slack to try things in by hand, next to `npm start -- --config config/fake-slack.yaml`.
import { fakeSlack } from './index.ts';

const app = process.argv[2] ?? 'http://127.0.0.1:4747';
const slack = await fakeSlack({ port: 4750, app });
process.stdout.write(`The fake Slack is at ${slack.url} and tells ${app} what happens there. Ctrl-C stops it.\n`);
