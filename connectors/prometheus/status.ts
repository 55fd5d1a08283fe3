// Reads which label of a request counter is its status, and which of its values are failures of the server. The values decide, not the name alone.
import { quoted } from './promql.ts';

/** Labels that hold a status, the most specific first. */
export const statusLabels = [
  'http_response_status_code',
  'http_status_code',
  'response_code',
  'status_code',
  'statusCode',
  'http_code',
  'code',
  'status',
  'grpc_code',
  'rpc_grpc_status_code',
  'grpc_status',
  'outcome',
  'result',
] as const;

const grpcNames = [
  'OK',
  'Canceled',
  'Cancelled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
];
/** Faults of the server, as OpenTelemetry's conventions for gRPC count them, by name and number. */
const grpcFaults = ['Unknown', 'DeadlineExceeded', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss'];
const grpcFaultNumbers = '2|4|12|13|14|15';
const shouted = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
const grpcWords = new Set([...grpcNames, ...grpcNames.map(shouted)]);
const grpcFailed = [...grpcFaults, ...grpcFaults.map(shouted)].join('|');

const outcomes = new Set(['SUCCESS', 'CLIENT_ERROR', 'SERVER_ERROR', 'REDIRECTION', 'INFORMATIONAL', 'UNKNOWN']);
const good = new Set(['success', 'succeeded', 'successful', 'ok', 'completed']);
const bad = new Set(['error', 'errors', 'failure', 'failed', 'fail', 'exception']);

/** A matcher of failures; undefined if the values are none that are known. */
export function failedIn(label: string, given: readonly string[]): string | undefined {
  const values = given.filter((value) => value !== '');
  if (values.length === 0) return undefined;
  const every = (is: (value: string) => boolean) => values.every(is);
  const isHttp = (value: string) => /^[1-5](?:\d\d|xx)$/i.test(value);
  if (
    values.some(isHttp) &&
    every((value) => isHttp(value) || /^(?:-1|0|000|unknown|none|other|[A-Z_]+)$/i.test(value))
  )
    return `${label}=~"5.."`;
  if (/grpc/.test(label) && every((value) => /^(?:\d|1[0-6])$/.test(value))) return `${label}=~"${grpcFaultNumbers}"`;
  if (every((value) => outcomes.has(value)) && values.some((value) => value.includes('_') || value === 'REDIRECTION'))
    return `${label}="SERVER_ERROR"`;
  if (label === 'outcome' && every((value) => outcomes.has(value))) return `${label}=~"SERVER_ERROR"`;
  if (every((value) => grpcWords.has(value)) && /code|status/i.test(label)) return `${label}=~"${grpcFailed}"`;
  const words = values.map((value) => value.toLowerCase());
  if (words.every((word) => good.has(word) || bad.has(word)))
    return `${label}=~${quoted(`(?i:${[...bad].join('|')})`)}`;
  return undefined;
}
