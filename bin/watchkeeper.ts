// The CDK entry point: `cdk deploy -c stage=NAME` deploys config/NAME.json (or .yaml), and `-c config=FILE` deploys a file elsewhere; without either, the
// stage is `dev`. A stage that reads other accounts has a second stack, WatchkeeperMember, for each of these.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readStageConfig } from '../lib/config.ts';
import { WatchkeeperMember } from '../lib/member.ts';
import { WatchkeeperStack } from '../lib/stack.ts';

const app = new App();
const given = (name: string): string | undefined => {
  const value: unknown = app.node.tryGetContext(name);
  return value === undefined ? undefined : String(value);
};
const named = join(import.meta.dirname, '..', 'config', given('stage') ?? 'dev');
const file =
  given('config') ?? ['.json', '.yaml', '.yml'].map((end) => `${named}${end}`).find(existsSync) ?? `${named}.json`;
const config = readStageConfig(resolve(file));
const account = config.account ?? process.env.CDK_DEFAULT_ACCOUNT;
const region = config.region ?? process.env.CDK_DEFAULT_REGION;
new WatchkeeperStack(app, config, { env: { ...(account && { account }), ...(region && { region }) } });
if (Object.keys(config.aws.accounts).length > 0)
  new WatchkeeperMember(app, config, {
    account: process.env.CDK_DEFAULT_ACCOUNT,
    region: process.env.CDK_DEFAULT_REGION,
  });
