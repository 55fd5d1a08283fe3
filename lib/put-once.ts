// Creates the statement of a bucket policy that denies every put without the condition that the key is free (`If-None-Match`), for every principal.
// The parts of a multipart upload have no condition; its completion does.
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';

export const putOnce = (objects: string): PolicyStatement =>
  new PolicyStatement({
    sid: 'PutOnce',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: [objects],
    conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });
