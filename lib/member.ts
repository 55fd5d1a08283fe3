// The stack of another account that a stage reads: one role with the rights of the sources there, which only the stage's functions can assume.
// `npx cdk deploy -c stage=NAME WatchkeeperMember` with credentials of that account deploys it.
import { Arn, ArnFormat, CfnOutput, CfnParameter, Stack, Tags, Validations } from 'aws-cdk-lib';
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import { AccountPrincipal, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { SourceRight } from '../connectors/source-kind.ts';
import { arnOf, inWords } from './capabilities.ts';
import { type StageConfig, sourcesOf } from './config.ts';

interface MemberProps {
  /** The account of the credentials. If the stage does not list it, the role gets the rights of all listed accounts, for one template of all. */
  readonly account: string | undefined;
  /** The region of the stack; absent, that of the credentials. */
  readonly region?: string | undefined;
}

/** For `npm run catalog -- discover`, which reads names and tags and no content. */
const discovery: SourceRight = {
  purpose: 'observe',
  actions: ['tag:GetResources'],
  resources: ['*'],
  wildcard: 'Tags of resources are listed by account and region: the API takes no resource.',
};

export class WatchkeeperMember extends Stack {
  constructor(scope: Construct, stage: StageConfig, { account, region }: MemberProps) {
    super(scope, 'WatchkeeperMember', {
      stackName: `watchkeeper-member-${stage.stage}`,
      description: 'What the Watchkeeper of another account may read here.',
    });
    Tags.of(this).add('application', 'watchkeeper');
    Tags.of(this).add('stage', stage.stage);
    const listed = Object.entries(stage.aws.accounts);
    const own = listed.filter(([id]) => id === account);
    const members = own.length > 0 ? own : listed;
    const names = [
      ...new Set(members.map(([, { role }]) => Arn.split(role, ArnFormat.SLASH_RESOURCE_NAME).resourceName)),
    ];
    const [roleName] = names;
    if (roleName === undefined || names.length > 1)
      throw new Error(
        `The roles under aws.accounts have different names, so one stack cannot stand for all: deploy it with credentials of one account.`,
      );
    const ids = new Set(members.map(([id]) => id));
    const given = sourcesOf(stage)
      .flatMap((source) => source.rights)
      .filter((right) => right.account !== undefined && ids.has(right.account));
    const rights = [...given, discovery];
    const needsId = members.some(([, { externalIdSecret }]) => externalIdSecret !== undefined);
    const stageAccount =
      stage.account ??
      new CfnParameter(this, 'StageAccount', {
        description: 'The account of the Watchkeeper stage',
        allowedPattern: '^[0-9]{12}$',
      }).valueAsString;
    const externalId = needsId
      ? new CfnParameter(this, 'ExternalId', {
          description: "The value of the stage's secret for this account's external id",
          noEcho: true,
          minLength: 16,
          allowedPattern: '^[\\w+=,.@:/-]*$',
        }).valueAsString
      : undefined;
    const role = new Role(this, 'Reader', {
      roleName,
      description: `What the functions of the Watchkeeper stage ${stage.stage} may read here`,
      assumedBy: new AccountPrincipal(stageAccount).withConditions({
        // Any role of the stage's account could assume it otherwise.
        ArnLike: { 'aws:PrincipalArn': `arn:${this.partition}:iam::${stageAccount}:role/watchkeeper-${stage.stage}-*` },
        ...(externalId === undefined ? {} : { StringEquals: { 'sts:ExternalId': externalId } }),
      }),
      inlinePolicies: {
        read: new PolicyDocument({
          statements: rights.map(
            ({ actions, resources }) =>
              new PolicyStatement({
                actions: [...actions],
                resources: resources.map((parts) => arnOf(this, parts)),
              }),
          ),
        }),
      },
    });
    const wildcards = rights.flatMap(({ resources, wildcard }) =>
      wildcard === undefined
        ? []
        : resources.map((parts) => ({ at: inWords(this, arnOf(this, parts)), reason: wildcard })),
    );
    Validations.of(this).acknowledge(
      ...wildcards.map(({ at, reason }) => ({ id: `AwsSolutions-IAM5[Resource::${at}]`, reason })),
    );
    // One template of all accounts cannot name the clusters of each.
    const clusters = sourcesOf(stage)
      .flatMap((source) => source.accessEntries)
      .filter((one) => one.account === account && (region === undefined || one.region === region));
    for (const { cluster } of clusters)
      new CfnAccessEntry(this, `Access-${cluster}`, {
        clusterName: cluster,
        principalArn: role.roleArn,
        kubernetesGroups: ['watchkeeper-readers'],
      });
    new CfnOutput(this, 'ReaderArn', {
      value: role.roleArn,
      description: 'The role of this account under aws.accounts',
    });
  }
}
