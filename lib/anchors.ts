// Creates the bucket that holds the audit's anchors outside the tables: one anchor a day, locked for as long as the stage configures. Only one
// function may write an anchor, and nobody can write it twice. core/record/audit/anchor.ts defines its contents.
import { type CfnElement, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { StageConfig } from './config.ts';
import { putOnce } from './put-once.ts';

interface AnchorsProps {
  readonly lock: StageConfig['auditLock'];
  readonly deletionProtection: boolean;
}

const objects = 'anchors/*';

export class Anchors extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { lock, deletionProtection }: AnchorsProps) {
    super(scope, id);
    const { mode = deletionProtection ? 'COMPLIANCE' : 'GOVERNANCE' } = lock;
    const days = Duration.days(lock.days);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention:
        mode === 'COMPLIANCE' ? ObjectLockRetention.compliance(days) : ObjectLockRetention.governance(days),
      removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.bucket.addToResourcePolicy(putOnce(this.bucket.arnForObjects(objects)));
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'One object a day, that nobody can change; CloudTrail has the data events where an account wants them.',
    });
  }

  /** The rights to write the anchor of the day, and to read the first version of each. */
  get given() {
    return {
      statements: [
        new PolicyStatement({
          actions: ['s3:PutObject', 's3:GetObjectVersion'],
          resources: [this.bucket.arnForObjects(objects)],
        }),
        new PolicyStatement({ actions: ['s3:ListBucketVersions'], resources: [this.bucket.bucketArn] }),
      ],
      environment: { ANCHORS_BUCKET: this.bucket.bucketName },
    };
  }

  /** The suppressed findings, by cdk-nag's names. */
  get acknowledgements() {
    const bucket = Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnElement);
    return [
      { id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${objects}]`, reason: 'Anchors are named for their day.' },
    ];
  }

  /** Shortly after midnight UTC, so that an anchor covers whole days. */
  writeDaily(
    anchorAudit: IFunction,
    { prefix, deadLetters }: { readonly prefix: string; readonly deadLetters: IQueue },
  ) {
    new Rule(this, 'Daily', {
      ruleName: `${prefix}anchor-audit`,
      description: 'Anchors the audit once a day',
      schedule: Schedule.cron({ minute: '10', hour: '0' }),
      targets: [
        new LambdaFunction(anchorAudit, {
          deadLetterQueue: deadLetters,
          retryAttempts: 10,
          maxEventAge: Duration.hours(12),
        }),
      ],
    });
  }
}
