// A word and a credential behind it, without a sign between them: `Bearer x`, `Basic x`, `secret access key x`.
import { mark } from './mark.ts';
import { isBasicPair } from './values.ts';

const bearer = /\b(bearer[ \t]{1,8})(?=[A-Za-z._~+/-]{0,200}[0-9]|[A-Za-z0-9._~+/-]{24})[A-Za-z0-9._~+/-]{12,}={0,4}/gi;
const tokenToken = /\b(token token=\\?["']?)[A-Za-z0-9+_-]{12,}/gi;
const basic = /\b(basic[ \t]{1,8})([A-Za-z0-9+/]{6,4096}={0,2})/gi;
const awsSecret =
  /(secret[ \t_-]{0,3}(?:access[ \t_-]{0,3})?key[^A-Za-z0-9/+]{1,10})[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/gi;
const any = /bearer|token token|basic|secret/i;

export function redactPhrases(text: string): string {
  if (!any.test(text)) return text;
  return text
    .replace(bearer, `$1${mark('bearer')}`)
    .replace(tokenToken, `$1${mark('token')}`)
    .replace(basic, (all, word: string, value: string) => (isBasicPair(value) ? word + mark('credentials') : all))
    .replace(awsSecret, `$1${mark('aws-secret-key')}`);
}
