// Reads distributions of CloudFront with their origins, and whether the requests of a bucket of S3 are measured. No object is read.
import * as z from 'zod';
import type { ResourceOf, ResourceRef } from '../../core/model/aws-resources.ts';
import { refOfHost } from './hosts.ts';
import { accountOfArn, notRead, type Place, type Read, wordOf } from './place.ts';

const Distribution = z.object({
  Distribution: z.object({
    ARN: z.string().max(2048).optional(),
    Status: z.string().max(60).optional(),
    LastModifiedTime: z.date().optional(),
    DistributionConfig: z
      .object({
        Enabled: z.boolean().optional(),
        Origins: z
          .object({
            Items: z
              .array(z.object({ DomainName: z.string().max(300).optional() }))
              .max(200)
              .default([]),
          })
          .optional(),
      })
      .optional(),
  }),
});

/** By its id. CloudFront has one region, us-east-1. */
export async function readDistribution(ref: ResourceRef, place: Place): Promise<Read> {
  const sdk = await import('@aws-sdk/client-cloudfront');
  const answer = await place.ask('cloudfront:GetDistribution', Distribution, () =>
    place
      .client(sdk.CloudFrontClient)
      .send(new sdk.GetDistributionCommand({ Id: ref.name }), { abortSignal: place.deadline.signal }),
  );
  if (answer.kind === 'failed')
    return notRead(ref, /NoSuchDistribution/.test(answer.error) ? 'there is no such distribution' : answer.reason);
  const { ARN, Status, LastModifiedTime, DistributionConfig: config } = answer.data.Distribution;
  const origins = (config?.Origins?.Items ?? []).flatMap(({ DomainName }) => DomainName ?? []).slice(0, 50);
  const behind = origins.flatMap((host) => refOfHost(host) ?? []);
  const resource: ResourceOf<'cloudfront'> = {
    type: 'cloudfront',
    name: ref.name,
    metrics: {},
    uses: [...new Set(behind.map((one) => `${one.type}:${one.name}`))].slice(0, 50),
    ...(Status && { status: Status }),
    ...(config?.Enabled !== undefined && { enabled: config.Enabled }),
    ...(LastModifiedTime && { lastModified: LastModifiedTime.toISOString() }),
    origins,
  };
  return {
    resource,
    account: accountOfArn(ARN),
    dimensions: { DistributionId: ref.name, Region: 'Global' },
    related: behind,
    missing: [],
  };
}

const MetricsConfigurations = z.object({
  MetricsConfigurationList: z
    .array(z.object({ Id: z.string().max(64).optional(), Filter: z.unknown().optional() }))
    .max(1000)
    .default([]),
});

/** Requests are measured only where somebody switched it on, for the bucket as a whole or for a part of it. */
export async function readBucket(ref: ResourceRef, place: Place): Promise<Read> {
  const sdk = await import('@aws-sdk/client-s3');
  const answer = await place.ask('s3:GetMetricsConfiguration', MetricsConfigurations, () =>
    place.client(sdk.S3Client).send(
      new sdk.ListBucketMetricsConfigurationsCommand({
        Bucket: ref.name,
        ...(ref.account === undefined ? {} : { ExpectedBucketOwner: ref.account }),
      }),
      { abortSignal: place.deadline.signal },
    ),
  );
  if (answer.kind === 'failed')
    return notRead(
      ref,
      answer.error === 'NoSuchBucket'
        ? 'there is no such bucket'
        : /Redirect|AuthorizationHeaderMalformed|IllegalLocationConstraint/.test(answer.error)
          ? 'it is in another region, which the catalogue has to name'
          : answer.reason,
    );
  const whole = answer.data.MetricsConfigurationList.find(({ Id, Filter }) => Id !== undefined && Filter === undefined);
  const resource: ResourceOf<'s3'> = {
    type: 's3',
    name: ref.name,
    metrics: {},
    uses: [],
    measured: whole !== undefined,
  };
  return {
    resource,
    ...(whole?.Id !== undefined && { dimensions: { BucketName: ref.name, FilterId: whole.Id } }),
    related: [],
    missing:
      whole === undefined
        ? [`${wordOf(ref)}: its requests, because request metrics of the whole bucket are switched off`]
        : [],
  };
}
