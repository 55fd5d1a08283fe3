// Wordings of cloud APIs, image registries and identity systems.
import { type SystemWordings, wording } from './wording.ts';

const r = String.raw;

export const cloudWordings: readonly SystemWordings[] = [
  {
    system: 'AWS, Google Cloud and Azure APIs',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html',
    wordings: [
      wording(
        'access-denied',
        'writer',
        0.85,
        r`is not authorized to perform|AccessDenied(?:Exception)?: (?!\/)|does not have [\w.]{1,60} access to|AuthorizationFailed|PERMISSION_DENIED: `,
        'AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/app is not authorized to perform: sqs:SendMessage',
      ),
      wording(
        'access-denied',
        'writer',
        0.8,
        r`ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClientException|security token included in the request is (?:invalid|expired)|could not load credentials|unable to locate credentials|NoCredentialProviders`,
        'ExpiredTokenException: The security token included in the request is expired',
      ),
      wording(
        'throughput-exceeded',
        'writer',
        0.75,
        r`ProvisionedThroughputExceeded|exceeded .{0,60}provisioned throughput|provisioned throughput .{0,60}exceeded`,
        'ProvisionedThroughputExceededException: The level of configured provisioned throughput for the table was exceeded.',
      ),
      wording(
        'api-rate-limit',
        'peer',
        0.75,
        r`ThrottlingException|Throttling: rate exceeded|\brate exceeded\b|RequestLimitExceeded|TooManyRequestsException|\bSlowDown\b|rateLimitExceeded|rate limit exceeded|(?:status(?: code)?|HTTP(?:\/\d\.\d)?"?|error|returned|responded with):? 429\b|429 too many requests`,
        'ThrottlingException: Rate exceeded',
      ),
    ],
  },
  {
    system: 'Image registries',
    source: 'https://distribution.github.io/distribution/spec/api/#errors-2',
    wordings: [
      wording(
        'image-registry-rate-limit',
        'writer',
        0.85,
        'toomanyrequests|reached your (?:unauthenticated )?pull rate limit',
        'toomanyrequests: You have reached your unauthenticated pull rate limit.',
      ),
      wording(
        'image-not-found',
        'writer',
        0.8,
        r`manifest unknown|manifest for [\w./:@-]{1,250} not found`,
        'failed to pull image "registry.example.com/shop/cart:7": manifest unknown',
      ),
      wording(
        'image-pull-secret-missing',
        'writer',
        0.75,
        'pull access denied|no basic auth credentials|unauthorized: authentication required',
        'pull access denied for shop/cart, repository does not exist or may require authorization',
      ),
    ],
  },
];
