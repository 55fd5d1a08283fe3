// Parses the command line of `npm start` and `npm run page`, and gives one sentence for an invalid one. It opens nothing.
import { Misconfigured } from '../core/errors.ts';
import { parse } from './command.ts';

export const defaultPort = 4747;
export const defaultData = '.data';

export interface StartOptions {
  readonly scenarios: readonly string[];
  readonly config: string | undefined;
  readonly port: number;
  readonly data: string | undefined;
  readonly demo: boolean;
  readonly once: boolean;
  readonly record: boolean;
}

export const startHelp = `Watchkeeper on one machine: answers a page, asks before it acts, remembers.

  npm start                             runs the demo incident and the console
  npm start -- --scenario DIR           loads recorded incidents of yours (repeatable) and pages the first one
  npm start -- --config FILE            connects your Prometheus, Kubernetes, knowledge, PagerDuty and Slack (docs/configuration.md)

  --port N     port of the console and the webhooks on 127.0.0.1 (default ${defaultPort}; 0 takes any free port)
  --data DIR   folder for all data (default ${defaultData})
  --no-demo    wait for a page and send none
  --record     record every call to a source, for npm run replay
  --once       stop when the incident has ended, or waits for an answer that nobody at this terminal can give
  --help       show this text

  npm run page -- --help                sends a page to a running Watchkeeper
`;

export interface PageOptions {
  readonly scenario: string | undefined;
  readonly port: number | undefined;
  readonly data: string;
  readonly vary: boolean;
  /** Send PagerDuty's test event of a subscription in place of a page. */
  readonly ping: boolean;
  /** The target address, in place of the Watchkeeper of the data folder. */
  readonly url: string | undefined;
  /** A page of one's own, in place of a recorded one. */
  readonly own: OwnPage | undefined;
}

export interface OwnPage {
  readonly title: string;
  readonly service: string | undefined;
  readonly cluster: string | undefined;
  readonly namespace: string | undefined;
}

export const pageHelp = `Signs a recorded page and sends it to the Watchkeeper that runs on this machine.

  npm run page                          sends the demo page again
  npm run page -- --vary                sends the same error with a new incident id, new pod names and the present time
  npm run page -- --scenario DIR        sends the page of another scenario that it has loaded
  npm run page -- --title TEXT --service NAME [--cluster NAME] [--namespace NAME]
                                        sends a page of your own
  npm run page -- --ping                sends PagerDuty's test event, and reports whether the webhook accepts its signature
  npm run page -- --ping --url URL      sends it to another address, such as the output PagerDutyWebhookUrl of a stage; the
                                        variable PAGERDUTY_WEBHOOK_SECRET holds the subscription's secret

  --port N     port of that Watchkeeper (default: the port noted in its data folder)
  --data DIR   its data folder (default ${defaultData})
  --help       show this text
`;

export type ParsedOptions<Options> = { readonly kind: 'help' } | { readonly kind: 'run'; readonly options: Options };

export function readStartOptions(args: readonly string[]): ParsedOptions<StartOptions> {
  const values = parse(
    args,
    {
      scenario: { type: 'string', multiple: true },
      config: { type: 'string' },
      port: { type: 'string' },
      data: { type: 'string' },
      demo: { type: 'boolean', default: true },
      once: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    'npm start -- --help',
  );
  if (values.help) return { kind: 'help' };
  if (values.config !== undefined && values.scenario !== undefined) {
    throw new Misconfigured('Choose --scenario (a recorded world) or --config (a real one), not both.');
  }
  return {
    kind: 'run',
    options: {
      scenarios: values.scenario ?? [],
      config: values.config,
      port: values.port === undefined ? defaultPort : portOf(values.port),
      data: values.data,
      demo: values.demo,
      once: values.once,
      record: values.record,
    },
  };
}

export function readPageOptions(args: readonly string[]): ParsedOptions<PageOptions> {
  const values = parse(
    args,
    {
      scenario: { type: 'string' },
      port: { type: 'string' },
      data: { type: 'string', default: defaultData },
      vary: { type: 'boolean', default: false },
      ping: { type: 'boolean', default: false },
      title: { type: 'string' },
      service: { type: 'string' },
      cluster: { type: 'string' },
      namespace: { type: 'string' },
      url: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
    'npm run page -- --help',
  );
  if (values.help) return { kind: 'help' };
  if (values.url !== undefined && !values.ping)
    throw new Misconfigured('Only --ping accepts --url: a recorded page is for this machine.');
  if (values.url !== undefined && !/^https?:\/\/./.test(values.url))
    throw new Misconfigured(`--url is an address with http:// or https://, not "${values.url}".`);
  const { title, service, cluster, namespace } = values;
  if (title === undefined && [service, cluster, namespace].some((one) => one !== undefined))
    throw new Misconfigured(
      'A page of your own needs a title: npm run page -- --title "error ratio above 5 %" --service checkout',
    );
  if (title !== undefined && (title.trim() === '' || values.scenario !== undefined || values.vary || values.ping))
    throw new Misconfigured('--title is a text, and excludes --scenario, --vary and --ping: it makes a new page.');
  return {
    kind: 'run',
    options: {
      own: title === undefined ? undefined : { title: title.trim(), service, cluster, namespace },
      scenario: values.scenario,
      port: values.port === undefined ? undefined : portOf(values.port),
      data: values.data,
      vary: values.vary,
      ping: values.ping,
      url: values.url,
    },
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new Misconfigured(`--port takes a number from 0 to 65535, not "${text}".`);
}
