// Kubernetes label selectors: one schema and one reading for analysis, actions and tools.
// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
import * as z from 'zod';

export type Labels = Readonly<Record<string, string>>;

export const LabelExpression = z.looseObject({
  key: z.string(),
  operator: z.string(),
  values: z
    .array(z.string())
    .nullish()
    .transform((v) => v ?? []),
});
export type LabelExpression = z.infer<typeof LabelExpression>;

export const LabelSelector = z.looseObject({
  matchLabels: z.record(z.string(), z.string()).nullish(),
  matchExpressions: z.array(LabelExpression).nullish(),
});
export type LabelSelector = z.infer<typeof LabelSelector>;

/** Whether the labels hold every wanted pair. No wanted pair is held by all labels, as with a node selector. */
export const carries = (labels: Labels | null | undefined, wanted: Labels | null | undefined): boolean =>
  Object.entries(wanted ?? {}).every(([key, value]) => labels?.[key] === value);

/** Whether a Service with this selector leads to these labels. A Service without a selector leads to no pod by labels. */
export const isServedBy = (selector: Labels | null | undefined, labels: Labels | null | undefined): boolean =>
  Object.keys(selector ?? {}).length > 0 && carries(labels, selector);

/** Whether the expression holds. An operator that is not known excludes nothing. */
export function holds({ key, operator, values }: LabelExpression, labels: Labels): boolean {
  const label = labels[key];
  switch (operator) {
    case 'In':
      return label !== undefined && values.includes(label);
    case 'NotIn':
      return label === undefined || !values.includes(label);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    case 'Gt':
      return Number(label) > Number(values[0]);
    case 'Lt':
      return Number(label) < Number(values[0]);
    default:
      return true;
  }
}

/** Whether the selector selects the labels. An empty selector selects everything. */
export const selects = ({ matchLabels, matchExpressions }: LabelSelector, labels: Labels | null | undefined): boolean =>
  carries(labels, matchLabels) && (matchExpressions ?? []).every((one) => holds(one, labels ?? {}));

/** Whether a workload or a disruption budget with this selector owns the labels. Without a condition it owns nothing. */
export const owns = (selector: LabelSelector | null | undefined, labels: Labels | null | undefined): boolean =>
  selector != null &&
  Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length > 0 &&
  selects(selector, labels);
