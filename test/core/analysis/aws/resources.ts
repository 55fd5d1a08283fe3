// Builders for tests of AWS resources: a point a minute, two hours before the incident and 35 minutes since.

import { analyzeResources, sceneOf } from '../../../../core/analysis/aws/index.ts';
import type { AwsResource, Points, ResourceOf, ResourceType } from '../../../../core/model/aws-resources.ts';
import { AwsResource as Schema } from '../../../../core/model/aws-resources.ts';

const baselineEnd = Date.parse('2026-11-23T09:10:00Z') / 1000;
export const atMinute = (minute: number): string => new Date((baselineEnd + minute * 60) * 1000).toISOString();
export const window = {
  baseline: { start: atMinute(-120), end: atMinute(0) },
  incident: { start: atMinute(0), end: atMinute(35) },
};

/** `before` until the minute (of the incident), then `after`. */
export const step = (before: number, after: number | ((minute: number) => number), minute = 10): Points =>
  Array.from({ length: 155 }, (_, n): [number, number] => {
    const m = n - 120;
    const value = m < minute ? before : typeof after === 'function' ? after(m) : after;
    return [baselineEnd + m * 60, value];
  });
export const flat = (value: number): Points => step(value, value);

export function resource<T extends ResourceType>(
  type: T,
  name: string,
  over: Partial<ResourceOf<T>> = {},
): Extract<AwsResource, { type: T }> {
  const made = Schema.parse({ type, name, account: '222233334444', region: 'eu-west-1', ...over });
  if (made.type !== type) throw new Error('another type');
  return made as Extract<AwsResource, { type: T }>;
}

export const findingsIn = (...resources: readonly AwsResource[]) =>
  analyzeResources(sceneOf([{ resources: [...resources], quotas: [] }], window, 'test'));

/** `cause role entity` of each finding; a finding without a cause shows its signal. */
export const told = (...resources: readonly AwsResource[]): string[] =>
  findingsIn(...resources).map(
    ({ cause, signal, role, entity }) => `${cause ?? signal?.name ?? '-'} ${role} ${entity.kind} ${entity.name}`,
  );
