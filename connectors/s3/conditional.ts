// A put that wants its key to be free (`If-None-Match: *`): where something is there already, that is an answer and no failure.
import { S3ServiceException } from '@aws-sdk/client-s3';

/** For `.catch`: what is there stays. Everything else is thrown on, a write of the same key at the same moment (409) too. */
export function isThere(error: unknown): void {
  if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412) return;
  throw error;
}
