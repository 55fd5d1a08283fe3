// The CDK entry: `cdk deploy -c stage=NAME` deploys config/NAME.json; without a stage it is `dev`.
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readStageConfig } from '../lib/config.ts';
import { WatchkeeperStack } from '../lib/stack.ts';

const app = new App();
const stage: unknown = app.node.tryGetContext('stage') ?? 'dev';
const config = readStageConfig(join(import.meta.dirname, '..', 'config', `${String(stage)}.json`));
const account = config.account ?? process.env.CDK_DEFAULT_ACCOUNT;
const region = config.region ?? process.env.CDK_DEFAULT_REGION;
new WatchkeeperStack(app, config, { env: { ...(account && { account }), ...(region && { region }) } });
