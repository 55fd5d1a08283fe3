// `npm run fake-slack`: a Slack to try things in by hand, next to `npm start -- --config config/fake-slack.yaml`.
import { fakeSlack } from './index.ts';

const help = `A Slack on this machine, to try conversations by hand.

  npm run fake-slack
  npm run fake-slack -- http://127.0.0.1:4747 --port 4750

  ADDRESS     where the app listens (default http://127.0.0.1:4747)
  --port N    port of the fake Slack on 127.0.0.1 (default 4750)
  --help      show this text
`;

const args = process.argv.slice(2);
const portAt = args.indexOf('--port');
const port = portAt < 0 ? 4750 : Number(args[portAt + 1]);
const [app = 'http://127.0.0.1:4747', ...more] = args.filter(
  (_, place) => portAt < 0 || (place !== portAt && place !== portAt + 1),
);
if (args.includes('--help') || args.includes('-h')) process.stdout.write(help);
else if (
  more.length > 0 ||
  app.startsWith('-') ||
  !URL.canParse(app) ||
  !Number.isInteger(port) ||
  port < 0 ||
  port > 65_535
) {
  process.stderr.write(`That is no address or port.\n\n${help}`);
  process.exitCode = 2;
} else {
  const slack = await fakeSlack({ port, app }).catch((error: unknown) => {
    process.stderr.write(
      `The port ${port} cannot be used: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 2;
  });
  if (slack)
    process.stdout.write(`The fake Slack is at ${slack.url} and tells ${app} what happens there. Ctrl-C stops it.\n`);
}
