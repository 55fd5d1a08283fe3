// Creates the secrets of a stage in Secrets Manager. Each starts with a random value that nobody knows, so that an unfilled secret lets nobody in;
// people fill them (docs/deploy.md). No template, variable or log ever holds a secret.
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { externalIdsOf } from '../connectors/auth.ts';
import { type StageConfig, sourcesOf, usedProviders } from './config.ts';

const descriptions = {
  'pagerduty-webhook': 'Secrets of the PagerDuty webhook subscription, one a line (several while they are rotated)',
  'pagerduty-token': 'PagerDuty REST API token, for alerts and notes',
  'slack-signing': 'Signing secret of the Slack app',
  'slack-token': 'Bot token of the Slack app',
  'model-api-key': 'API key of the OpenAI-compatible model endpoint',
  'mcp-headers': 'HTTP headers of MCP servers, as JSON: {"server": {"Header": "value"}}',
} as const;
type SecretName = keyof typeof descriptions;

interface SecretsProps {
  readonly prefix: string;
  readonly stage: StageConfig;
}

export class Secrets extends Construct {
  readonly #byName: ReadonlyMap<string, Secret>;

  constructor(scope: Construct, id: string, { prefix, stage }: SecretsProps) {
    super(scope, id);
    this.#byName = new Map(
      secretsOf(stage).map(({ name, description }) => [
        name,
        new Secret(this, name, {
          secretName: `${prefix}${name}`,
          description,
          removalPolicy: stage.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        }),
      ]),
    );
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'PagerDuty, Slack and the model vendor issue these; rotating one begins on their side (docs/deploy.md).',
    });
  }

  /** Of the requested secrets, those that this stage has. */
  arns(wanted: readonly string[]): ReadonlyMap<string, string> {
    return new Map(
      wanted.flatMap((name) => {
        const secret = this.#byName.get(name);
        return secret === undefined ? [] : [[name, secret.secretArn]];
      }),
    );
  }
}

/** Only the secrets that the stage's configuration needs. */
function secretsOf(stage: StageConfig): { readonly name: string; readonly description: string }[] {
  const when = (condition: boolean, name: SecretName) => (condition ? [name] : []);
  const own: SecretName[] = [
    'pagerduty-webhook',
    'slack-signing',
    'slack-token',
    ...when(stage.pagerduty !== undefined, 'pagerduty-token'),
    ...when(
      usedProviders(stage).some(({ provider }) => provider !== 'bedrock'),
      'model-api-key',
    ),
    ...when(
      stage.toolServers.some(({ headers }) => headers === 'secret'),
      'mcp-headers',
    ),
  ];
  const all = [
    ...own.map((name) => ({ name, description: descriptions[name] })),
    ...externalIdsOf(stage.aws).map((name) => ({
      name,
      description: "External id of a reader's role in another account",
    })),
    ...sourcesOf(stage).flatMap(({ secrets }) => secrets),
  ];
  // Sources may share a secret.
  return [...new Map(all.map((one) => [one.name, one])).values()];
}
