// The statement of a bucket's policy that refuses every put which does not want its key to be free (`If-None-Match`), whoever asks. Parts
// of a multipart upload know no condition; completing one does.
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
