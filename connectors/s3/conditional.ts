// Handles a put that requires a free key (`If-None-Match: *`): an existing object is an answer and no failure.
import { S3ServiceException } from '@aws-sdk/client-s3';

/** For `.catch`: keeps the existing object. It rethrows every other error, including a concurrent write of the same key (409). */
export function isThere(error: unknown): void {
  if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412) return;
  throw error;
}
