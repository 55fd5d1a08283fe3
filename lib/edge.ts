// Creates the entry point: one HTTP API, throttled and logged. Each handler authorises the caller by the signature.
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { StageConfig } from './config.ts';

interface EdgeProps {
  readonly prefix: string;
  readonly throttle: StageConfig['throttle'];
  readonly logRetention: RetentionDays;
  /** Path → function; every route takes POST only. */
  readonly routes: Readonly<Record<string, IFunction>>;
}

export class Edge extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { prefix, throttle, logRetention, routes }: EdgeProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', { apiName: `${prefix}api`, createDefaultStage: false });
    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/vendedlogs/apis/${prefix}api`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: throttle.requestsPerSecond, burstLimit: throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(accessLine),
      },
    });
    for (const [path, handler] of Object.entries(routes)) {
      const integration = new HttpLambdaIntegration(`To-${handler.node.id}`, handler);
      this.api.addRoutes({ path, methods: [HttpMethod.POST], integration });
    }
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'PagerDuty and Slack sign what they send; the handlers check the signature over the raw body.',
    });
  }
}

/** The log contains no headers and no body, and so no signatures and alert texts. */
const accessLine = JSON.stringify({
  time: '$context.requestTime',
  requestId: '$context.requestId',
  ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  integrationError: '$context.integrationErrorMessage',
});
