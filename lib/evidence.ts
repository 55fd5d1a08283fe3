// Creates the bucket for evidence and knowledge documents: private, encrypted, TLS only, with an expiry.
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { putOnce } from './put-once.ts';

interface EvidenceProps {
  readonly retainDays: number;
  readonly deletionProtection: boolean;
}

export class Evidence extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { retainDays, deletionProtection }: EvidenceProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      lifecycleRules: ['evidence/', 'tapes/'].map((prefix) => ({
        prefix,
        expiration: Duration.days(retainDays),
        noncurrentVersionExpiration: Duration.days(7),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      })),
    });
    // The name of evidence derives from its content, and each is put once: the right to put does not allow an overwrite.
    this.bucket.addToResourcePolicy(putOnce(this.bucket.arnForObjects('evidence/*')));
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Reads and writes are CloudTrail data events where an account wants them; a second bucket of logs adds nothing.',
    });
  }
}
