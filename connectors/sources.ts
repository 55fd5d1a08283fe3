// Lists the kinds of sources. A new one is a folder here and a row; configuration, secrets, rights and the gap of an unconfigured source follow from
// its manifest. A row loads only its manifest until its first use.

import { applicationSignals } from './application-signals/manifest.ts';
import { awsHealth } from './aws-health/manifest.ts';
import { awsResources } from './aws-resources/manifest.ts';
import { awsSecurity } from './aws-security/manifest.ts';
import { cloudTrail } from './cloudtrail/manifest.ts';
import { cloudWatch } from './cloudwatch/manifest.ts';
import { codeDeploy } from './codedeploy/manifest.ts';
import { codePipeline } from './codepipeline/manifest.ts';
import { confluence } from './confluence/manifest.ts';
import { ecr } from './ecr/manifest.ts';
import { fastly } from './fastly/manifest.ts';
import { gitHub } from './github/manifest.ts';
import { grafana } from './grafana/manifest.ts';
import { jaeger } from './jaeger/manifest.ts';
import { kubernetes } from './kubernetes/manifest.ts';
import { launchDarkly } from './launchdarkly/manifest.ts';
import { loki } from './loki/manifest.ts';
import { newRelic } from './newrelic/manifest.ts';
import { prometheus } from './prometheus/manifest.ts';
import { s3 } from './s3/manifest.ts';
import { type SourceKind, sourceKind } from './source-kind.ts';
import { statuspage } from './statuspage/manifest.ts';
import { stepFunctions } from './stepfunctions/manifest.ts';
import { tempo } from './tempo/manifest.ts';
import { victoriaLogs } from './victorialogs/manifest.ts';
import { xRay } from './xray/manifest.ts';

export const sourceKinds: readonly SourceKind[] = [
  sourceKind(kubernetes, {
    source: () => import('./kubernetes/source.ts'),
    actor: () => import('./kubernetes/actor.ts'),
    check: () => import('./kubernetes/check.ts'),
    discover: () => import('./kubernetes/discover.ts'),
    images: () => import('./kubernetes/images.ts'),
  }),
  sourceKind(prometheus, {
    source: () => import('./prometheus/source.ts'),
    check: () => import('./prometheus/check.ts'),
  }),
  sourceKind(cloudWatch, {
    source: () => import('./cloudwatch/source.ts'),
    check: () => import('./cloudwatch/check.ts'),
  }),
  sourceKind(stepFunctions, {
    source: () => import('./stepfunctions/source.ts'),
    actor: () => import('./stepfunctions/actor.ts'),
    check: () => import('./stepfunctions/check.ts'),
  }),
  sourceKind(awsResources, {
    source: () => import('./aws-resources/source.ts'),
    check: () => import('./aws-resources/check.ts'),
    images: () => import('./aws-resources/images.ts'),
  }),
  sourceKind(fastly, {
    source: () => import('./fastly/source.ts'),
    actor: () => import('./fastly/actor.ts'),
    check: () => import('./fastly/check.ts'),
  }),
  sourceKind(loki, { source: () => import('./loki/source.ts'), check: () => import('./loki/check.ts') }),
  sourceKind(newRelic, {
    source: () => import('./newrelic/source.ts'),
    check: () => import('./newrelic/check.ts'),
    discover: () => import('./newrelic/discover.ts'),
  }),
  sourceKind(cloudTrail, {
    source: () => import('./cloudtrail/source.ts'),
    check: () => import('./cloudtrail/check.ts'),
  }),
  sourceKind(codePipeline, {
    source: () => import('./codepipeline/source.ts'),
    check: () => import('./codepipeline/check.ts'),
  }),
  sourceKind(codeDeploy, {
    source: () => import('./codedeploy/source.ts'),
    check: () => import('./codedeploy/check.ts'),
  }),
  sourceKind(ecr, {
    source: () => import('./ecr/source.ts'),
    check: () => import('./ecr/check.ts'),
  }),
  sourceKind(launchDarkly, {
    source: () => import('./launchdarkly/source.ts'),
    check: () => import('./launchdarkly/check.ts'),
  }),
  sourceKind(gitHub, {
    source: () => import('./github/source.ts'),
    check: () => import('./github/check.ts'),
    documents: () => import('./github/documents.ts'),
  }),
  sourceKind(s3, {
    source: () => import('./s3/source.ts'),
    check: () => import('./s3/check.ts'),
    documents: () => import('./s3/source-documents.ts'),
  }),
  sourceKind(confluence, {
    source: () => import('./confluence/source.ts'),
    check: () => import('./confluence/check.ts'),
    documents: () => import('./confluence/documents.ts'),
  }),
  sourceKind(grafana, {
    source: () => import('./grafana/source.ts'),
    check: () => import('./grafana/check.ts'),
    discover: () => import('./grafana/discover.ts'),
  }),
  sourceKind(xRay, { source: () => import('./xray/source.ts'), check: () => import('./xray/check.ts') }),
  sourceKind(applicationSignals, {
    source: () => import('./application-signals/source.ts'),
    check: () => import('./application-signals/check.ts'),
  }),
  sourceKind(tempo, { source: () => import('./tempo/source.ts'), check: () => import('./tempo/check.ts') }),
  sourceKind(jaeger, { source: () => import('./jaeger/source.ts'), check: () => import('./jaeger/check.ts') }),
  sourceKind(victoriaLogs, {
    source: () => import('./victorialogs/source.ts'),
    check: () => import('./victorialogs/check.ts'),
  }),
  sourceKind(statuspage, {
    source: () => import('./statuspage/source.ts'),
    check: () => import('./statuspage/check.ts'),
  }),
  sourceKind(awsHealth, {
    source: () => import('./aws-health/source.ts'),
    check: () => import('./aws-health/check.ts'),
  }),
  sourceKind(awsSecurity, {
    source: () => import('./aws-security/source.ts'),
    check: () => import('./aws-security/check.ts'),
  }),
];
