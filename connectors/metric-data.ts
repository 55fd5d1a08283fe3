// The limits of one call of CloudWatch's GetMetricData, and the schema of its answer.
import * as z from 'zod';

export const maxMetricsOfCall = 500;
export const maxPointsOfCall = 100_800;

export const MetricDataPage = z.object({
  MetricDataResults: z
    .array(
      z.object({
        Id: z.string().max(255).optional(),
        Label: z.string().max(4096).optional(),
        StatusCode: z.string().max(40).optional(),
        Timestamps: z.array(z.date()).max(maxPointsOfCall).default([]),
        Values: z.array(z.number()).max(maxPointsOfCall).default([]),
      }),
    )
    .max(maxMetricsOfCall)
    .default([]),
  NextToken: z.string().min(1).optional(),
});
