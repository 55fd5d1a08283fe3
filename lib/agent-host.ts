// Hosts an agent in AgentCore Runtime, if a stage configures it: each session, of up to eight hours, has a machine of its own. There is no container:
// the bundle of a folder of lambdas/ is the deployment.
import { join } from 'node:path';
import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { CfnRuntime } from 'aws-cdk-lib/aws-bedrockagentcore';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { serverEntry } from './bundle.ts';
import { bundledAsset } from './bundled-asset.ts';
import { acknowledgements, type Capability, type Given, give, inWords, type Surroundings } from './capabilities.ts';
import { root } from './root.ts';

/** Seconds without a message until a session ends, and its longest duration. */
const idleSeconds = 15 * 60;
const longestSeconds = 8 * 3600;
const logs = '/aws/bedrock-agentcore/runtimes';

export interface AgentHostProps extends Surroundings {
  /** The end of the runtime's name. */
  readonly agent: string;
  /** The folder of lambdas/ whose server.ts it runs. */
  readonly folder: string;
  readonly description: string;
  readonly may: readonly Capability[];
}

export class AgentHost extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { agent, folder, description, may, ...around }: AgentHostProps) {
    super(scope, id);
    const { prefix, stage } = around;
    const stack = Stack.of(this);
    const name = `${prefix}${agent}`.replaceAll('-', '_');
    const given = give(may, around);
    const role = this.#role(name, given, around);
    const code = this.#code(folder, given);
    const runtime = new CfnRuntime(this, 'Runtime', {
      agentRuntimeName: name,
      description,
      roleArn: role.roleArn,
      agentRuntimeArtifact: {
        codeConfiguration: {
          code: { s3: { bucket: code.s3BucketName, prefix: code.s3ObjectKey } },
          entryPoint: ['app.js'],
          runtime: 'NODE_22',
        },
      },
      networkConfiguration: { networkMode: 'PUBLIC' },
      protocolConfiguration: 'HTTP',
      lifecycleConfiguration: { idleRuntimeSessionTimeout: idleSeconds, maxLifetime: longestSeconds },
      environmentVariables: {
        POWERTOOLS_LOG_LEVEL: stage.logLevel,
        STAGE_REGION: stack.region,
        ...given.environment,
      },
    });
    runtime.node.addDependency(role);
    this.arn = runtime.attrAgentRuntimeArn;
  }

  #role(name: string, given: Given, around: Surroundings): Role {
    const stack = Stack.of(this);
    // The service names the log group after the runtime's id, which is unknown before the runtime exists.
    const groups = stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: `${logs}/${name}-*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const streams = `${groups}:log-stream:*`;
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('bedrock-agentcore.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: {
            'aws:SourceArn': stack.formatArn({
              service: 'bedrock-agentcore',
              resource: 'runtime',
              resourceName: `${name}-*`,
            }),
          },
        },
      }),
      description: 'What the agent may do where AgentCore Runtime holds it',
      inlinePolicies: {
        own: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['logs:CreateLogGroup', 'logs:DescribeLogStreams', 'logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [groups, streams],
            }),
            ...given.statements,
          ],
        }),
      },
    });
    Validations.of(role).acknowledge(
      ...[groups, streams].map((resource) => ({
        id: `AwsSolutions-IAM5[Resource::${inWords(stack, resource)}]`,
        reason: 'The log group is named for the runtime by the service; the right ends at this runtime.',
      })),
      ...acknowledgements(around),
    );
    return role;
  }

  #code(folder: string, given: Given): Asset {
    return new Asset(this, 'Code', {
      // The folder to hash if nothing is bundled (tests).
      path: join(root, 'lambdas', folder),
      ...bundledAsset(serverEntry(folder), given.files),
    });
  }
}
