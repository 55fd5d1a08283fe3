// Reads APIs of API Gateway, REST and HTTP: their stages with the limits on requests, and their integrations with what these call and their time limits.
import * as z from 'zod';
import type { ResourceOf, ResourceRef } from '../../core/model/aws-resources.ts';
import { refOfArn } from '../../core/topology/aws-resources.ts';
import { refOfHost } from './hosts.ts';
import { notRead, type Place, type Read, wordOf } from './place.ts';

const text = z.string().max(20_000).optional();
const name = z.string().max(300).optional();
const rate = z.number().optional();

/** APIs that are looked through for one of this name; a call gives up to 500 (REST) or 1,000 (HTTP). */
const maxPages = 3;
const maxStages = 20;
const maxIntegrations = 50;

const RestApi = z.object({ id: z.string().max(60).optional(), name });
const RestApis = z.object({ items: z.array(RestApi).max(1000).default([]), position: z.string().min(1).optional() });
const RestStages = z.object({
  item: z
    .array(
      z.object({
        stageName: z.string().max(128).optional(),
        lastUpdatedDate: z.date().optional(),
        createdDate: z.date().optional(),
        methodSettings: z
          .record(z.string().max(2000), z.object({ throttlingRateLimit: rate, throttlingBurstLimit: rate }))
          .default({}),
      }),
    )
    .max(1000)
    .default([]),
});
const RestResources = z.object({
  items: z
    .array(
      z.object({
        path: z.string().max(2000).optional(),
        resourceMethods: z
          .record(
            z.string().max(20),
            z.object({
              methodIntegration: z
                .object({ type: z.string().max(40).optional(), uri: text, timeoutInMillis: z.number().optional() })
                .optional(),
            }),
          )
          .default({}),
      }),
    )
    .max(1000)
    .default([]),
  position: z.string().min(1).optional(),
});

const HttpApi = z.object({
  ApiId: z.string().max(60).optional(),
  Name: name,
  ProtocolType: z.string().max(20).optional(),
});
const HttpApis = z.object({ Items: z.array(HttpApi).max(1000).default([]), NextToken: z.string().min(1).optional() });
const Limits = z.object({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: rate });
const HttpStages = z.object({
  Items: z
    .array(
      z.object({
        StageName: z.string().max(128).optional(),
        LastUpdatedDate: z.date().optional(),
        DefaultRouteSettings: Limits.optional(),
      }),
    )
    .max(1000)
    .default([]),
});
const HttpIntegrations = z.object({
  Items: z
    .array(z.object({ IntegrationUri: text, TimeoutInMillis: z.number().optional() }))
    .max(1000)
    .default([]),
  NextToken: z.string().min(1).optional(),
});

type Stage = ResourceOf<'apigateway'>['stages'][number];
type Integration = ResourceOf<'apigateway'>['integrations'][number];

interface Api {
  readonly id: string;
  /** The dimension of a REST API is its name, and that of an HTTP API its id. */
  readonly name: string;
  readonly form: 'rest' | 'http' | 'websocket';
}

/** By its id or its name. A name that several APIs have is none. */
export async function readGateway(ref: ResourceRef, place: Place): Promise<Read> {
  const [rest, http] = await Promise.all([restApis(ref, place), httpApis(ref, place)]);
  const all = [...rest.apis, ...http.apis];
  const [api] = all;
  const failed = [...rest.failed, ...http.failed];
  if (api === undefined) return notRead(ref, failed[0] ?? 'there is no such API');
  if (all.length > 1) return notRead(ref, `${all.length} APIs have this name: name its id`);
  const [stages, integrations] = await Promise.all([
    api.form === 'rest' ? restStages(api.id, place) : httpStages(api.id, place),
    api.form === 'rest' ? restIntegrations(api.id, place) : httpIntegrations(api.id, place),
  ]);
  const targets = integrations.found.flatMap(({ uri }) => targetOf(uri) ?? []);
  const unique = new Map(
    integrations.found.map(({ uri, ...one }): readonly [string, Integration] => {
      const target = targetOf(uri);
      const made = { ...one, ...(target && { target: `${target.type}:${target.name}` }) };
      return [JSON.stringify(made), made];
    }),
  );
  // The ARN of an API names no account; that of a function behind it does.
  const account = place.account ?? targets.find(({ type }) => type === 'lambda')?.account;
  const isUnsure = account === undefined && ref.account !== undefined;
  const resource: ResourceOf<'apigateway'> = {
    type: 'apigateway',
    name: ref.name,
    metrics: {},
    uses: [...new Set(targets.map((one) => `${one.type}:${one.name}`))].slice(0, 50),
    id: api.id,
    form: api.form,
    stages: stages.found.slice(0, maxStages),
    integrations: [...unique.values()].slice(0, maxIntegrations),
  };
  const more = [...stages.failed, ...integrations.failed, ...failed];
  return {
    resource,
    account,
    dimensions: api.form === 'rest' ? { ApiName: api.name } : { ApiId: api.id },
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    ...(api.form === 'http' && { metricNames: { '4XXError': '4xx', '5XXError': '5xx' } }),
    related: targets,
    missing: [
      ...more.map((why) => `${wordOf(ref)}: part of it, because ${why}`),
      ...(isUnsure
        ? [`${wordOf(ref)}: whether it is that of ${ref.account}, because its address names no account`]
        : []),
    ],
  };
}

interface Found<T> {
  readonly found: readonly T[];
  readonly failed: readonly string[];
}

async function restApis(ref: ResourceRef, place: Place): Promise<{ apis: Api[]; failed: string[] }> {
  const sdk = await import('@aws-sdk/client-api-gateway');
  const client = place.client(sdk.APIGatewayClient);
  const apis: Api[] = [];
  let position: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await place.ask('apigateway:GET', RestApis, () =>
      client.send(new sdk.GetRestApisCommand({ limit: 500, position }), { abortSignal: place.deadline.signal }),
    );
    if (answer.kind === 'failed') return { apis, failed: [answer.reason] };
    apis.push(
      ...answer.data.items.flatMap(({ id, name: title }): Api[] =>
        id !== undefined && (id === ref.name || title === ref.name)
          ? [{ id, name: title ?? ref.name, form: 'rest' }]
          : [],
      ),
    );
    position = answer.data.position;
    if (position === undefined) return { apis, failed: [] };
  }
  return { apis, failed: [`there are more than ${500 * maxPages} REST APIs`] };
}

async function httpApis(ref: ResourceRef, place: Place): Promise<{ apis: Api[]; failed: string[] }> {
  const sdk = await import('@aws-sdk/client-apigatewayv2');
  const client = place.client(sdk.ApiGatewayV2Client);
  const apis: Api[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await place.ask('apigateway:GET', HttpApis, () =>
      client.send(new sdk.GetApisCommand({ MaxResults: '500', NextToken }), { abortSignal: place.deadline.signal }),
    );
    if (answer.kind === 'failed') return { apis, failed: [answer.reason] };
    apis.push(
      ...answer.data.Items.flatMap(({ ApiId: id, Name, ProtocolType }): Api[] =>
        id !== undefined && (id === ref.name || Name === ref.name)
          ? [{ id, name: Name ?? ref.name, form: ProtocolType === 'WEBSOCKET' ? 'websocket' : 'http' }]
          : [],
      ),
    );
    NextToken = answer.data.NextToken;
    if (NextToken === undefined) return { apis, failed: [] };
  }
  return { apis, failed: [`there are more than ${500 * maxPages} HTTP APIs`] };
}

const limitsOf = (perSecond: number | undefined, burst: number | undefined) => ({
  ...(perSecond !== undefined && perSecond >= 0 && { rateLimit: perSecond }),
  ...(burst !== undefined && burst >= 0 && { burstLimit: Math.round(burst) }),
});

async function restStages(restApiId: string, place: Place): Promise<Found<Stage>> {
  const sdk = await import('@aws-sdk/client-api-gateway');
  const answer = await place.ask('apigateway:GET', RestStages, () =>
    place
      .client(sdk.APIGatewayClient)
      .send(new sdk.GetStagesCommand({ restApiId }), { abortSignal: place.deadline.signal }),
  );
  if (answer.kind === 'failed') return { found: [], failed: [answer.reason] };
  return {
    failed: [],
    found: answer.data.item.flatMap(({ stageName, lastUpdatedDate, createdDate, methodSettings }) => {
      const all = methodSettings['*/*'];
      const at = lastUpdatedDate ?? createdDate;
      return stageName === undefined
        ? []
        : [
            {
              name: stageName,
              ...(at && { deployedAt: at.toISOString() }),
              ...limitsOf(all?.throttlingRateLimit, all?.throttlingBurstLimit),
            },
          ];
    }),
  };
}

async function httpStages(ApiId: string, place: Place): Promise<Found<Stage>> {
  const sdk = await import('@aws-sdk/client-apigatewayv2');
  const answer = await place.ask('apigateway:GET', HttpStages, () =>
    place.client(sdk.ApiGatewayV2Client).send(new sdk.GetStagesCommand({ ApiId }), {
      abortSignal: place.deadline.signal,
    }),
  );
  if (answer.kind === 'failed') return { found: [], failed: [answer.reason] };
  return {
    failed: [],
    found: answer.data.Items.flatMap(({ StageName, LastUpdatedDate, DefaultRouteSettings: all }) =>
      StageName === undefined
        ? []
        : [
            {
              name: StageName,
              ...(LastUpdatedDate && { deployedAt: LastUpdatedDate.toISOString() }),
              ...limitsOf(all?.ThrottlingRateLimit, all?.ThrottlingBurstLimit),
            },
          ],
    ),
  };
}

interface Called {
  readonly uri: string;
  readonly timeoutSeconds?: number;
  readonly route?: string;
}
const secondsOf = (ms: number | undefined) => (ms !== undefined && ms > 0 ? { timeoutSeconds: ms / 1000 } : {});

async function restIntegrations(restApiId: string, place: Place): Promise<Found<Called>> {
  const sdk = await import('@aws-sdk/client-api-gateway');
  const answer = await place.ask('apigateway:GET', RestResources, () =>
    place
      .client(sdk.APIGatewayClient)
      .send(new sdk.GetResourcesCommand({ restApiId, embed: ['methods'], limit: 500 }), {
        abortSignal: place.deadline.signal,
      }),
  );
  if (answer.kind === 'failed') return { found: [], failed: [answer.reason] };
  return {
    failed: answer.data.position === undefined ? [] : ['it has more than 500 resources'],
    found: answer.data.items.flatMap(({ path = '/', resourceMethods }) =>
      Object.entries(resourceMethods).flatMap(([method, { methodIntegration: one }]): Called[] =>
        one?.uri === undefined
          ? []
          : [{ uri: one.uri, ...secondsOf(one.timeoutInMillis), route: `${method} ${path}`.slice(0, 300) }],
      ),
    ),
  };
}

async function httpIntegrations(ApiId: string, place: Place): Promise<Found<Called>> {
  const sdk = await import('@aws-sdk/client-apigatewayv2');
  const answer = await place.ask('apigateway:GET', HttpIntegrations, () =>
    place.client(sdk.ApiGatewayV2Client).send(new sdk.GetIntegrationsCommand({ ApiId, MaxResults: '200' }), {
      abortSignal: place.deadline.signal,
    }),
  );
  if (answer.kind === 'failed') return { found: [], failed: [answer.reason] };
  return {
    failed: answer.data.NextToken === undefined ? [] : ['it has more than 200 integrations'],
    found: answer.data.Items.flatMap(({ IntegrationUri: uri, TimeoutInMillis }): Called[] =>
      uri === undefined ? [] : [{ uri, ...secondsOf(TimeoutInMillis) }],
    ),
  };
}

/** `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations` holds the ARN of the function; a listener's ARN holds its load balancer. */
export function targetOf(uri: string): ResourceRef | undefined {
  const inner = /\/functions\/(arn:[^/]+)\/invocations$/.exec(uri)?.[1];
  if (inner !== undefined) return refOfArn(inner);
  if (uri.startsWith('arn:')) return refOfArn(uri.replace(':listener/', ':loadbalancer/'));
  return URL.canParse(uri) ? refOfHost(new URL(uri).hostname) : undefined;
}
