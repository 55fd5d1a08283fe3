// The CDK entry point: `cdk deploy -c stage=NAME` deploys config/NAME.json, and `-c config=FILE` deploys a file elsewhere; without either, the stage
// is `dev`.
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readStageConfig } from '../lib/config.ts';
import { WatchkeeperStack } from '../lib/stack.ts';

const app = new App();
const given = (name: string): string | undefined => {
  const value: unknown = app.node.tryGetContext(name);
  return value === undefined ? undefined : String(value);
};
const file = given('config') ?? join(import.meta.dirname, '..', 'config', `${given('stage') ?? 'dev'}.json`);
const config = readStageConfig(resolve(file));
const account = config.account ?? process.env.CDK_DEFAULT_ACCOUNT;
const region = config.region ?? process.env.CDK_DEFAULT_REGION;
new WatchkeeperStack(app, config, { env: { ...(account && { account }), ...(region && { region }) } });
