// Makes changes of CloudTrail's events: write events that succeeded, without what AWS's own automation does. Texts of events come from callers of
// AWS's APIs, so they may be hostile.
import * as z from 'zod';
import { changeIds } from '../../core/model/change-ids.ts';
import type { Change } from '../../core/model/telemetry.ts';
import { clean } from '../../core/text.ts';
import { parsedJson } from '../body.ts';
import type { TrailEvent } from './lookup.ts';

const short = (max: number) => z.string().transform((text) => text.slice(0, max));
/** The parts of the whole event that are used (docs: CloudTrail record contents). */
const Whole = z.object({
  awsRegion: short(30).nullish(),
  recipientAccountId: short(12).nullish(),
  readOnly: z.boolean().nullish(),
  errorCode: short(200).nullish(),
  eventType: short(60).nullish(),
  userIdentity: z
    .object({
      type: short(60).nullish(),
      arn: short(300).nullish(),
      userName: short(100).nullish(),
      invokedBy: short(100).nullish(),
      sessionContext: z.object({ sessionIssuer: z.object({ userName: short(100).nullish() }).nullish() }).nullish(),
    })
    .nullish(),
  requestParameters: z.record(z.string(), z.unknown()).nullish(),
});
type Whole = z.infer<typeof Whole>;

export interface Read {
  readonly changes: readonly Change[];
  readonly leftOut: { readonly reads: number; readonly automation: number; readonly failed: number };
}

/** `resources`: by service, names of resources. `services`: names that are services themselves. */
export interface Owners {
  readonly resources: Readonly<{ [service: string]: readonly string[] }>;
  readonly services: readonly string[];
}

export function changesIn(events: readonly TrailEvent[], region: string, owners: Owners): Read {
  const leftOut = { reads: 0, automation: 0, failed: 0 };
  const changes = events.flatMap((event): Change[] => {
    const record = Whole.safeParse(parsedJson(event.CloudTrailEvent ?? ''));
    const whole: Whole = record.success ? record.data : {};
    if (isRead(event, whole)) leftOut.reads += 1;
    else if (whole.errorCode) leftOut.failed += 1;
    else {
      const names = namesIn(event, whole);
      const service = ownerOf(names, owners);
      if (isNoise(event, whole, service !== undefined)) leftOut.automation += 1;
      else return [changeOf(event, whole, { region, names, service })];
    }
    return [];
  });
  return { changes, leftOut };
}

const reading = /^(?:describe|get|list|head|lookup|batchget|search|query|scan|check|validate|simulate|test|preview)/i;
const isRead = ({ ReadOnly, EventName }: TrailEvent, { readOnly }: Whole): boolean =>
  ReadOnly === 'true' || readOnly === true || (ReadOnly !== 'false' && readOnly !== false && reading.test(EventName));

/** Sessions, keys and bookkeeping: they change nothing that runs. */
const bookkeeping =
  /^(?:assumerole\w*|getsessiontoken|getfederationtoken|consolelogin|switchrole|createlogstream|createloggroup|putlogevents|decrypt|encrypt|generatedatakey\w*|creategrant|retiregrant|updateinstanceinformation|putinventory|putcomplianceitems|opendatachannel|startsession|terminatesession|resumesession|initiatelayerupload|uploadlayerpart|completelayerupload|batchchecklayeravailability|registertaskdefinition|registercontainerinstance|submit(?:task|container|attachment)statechanges?|completelifecycleaction|recordlifecycleactionheartbeat|startquery|stopquery|createtags|deletetags|tagresource|untagresource|createsnapshot|deletesnapshot|createnetworkinterface|deletenetworkinterface|attachnetworkinterface|detachnetworkinterface|createnetworkinterfacepermission|putmetricdata|starttransformation|invoke\w*|sendmessage\w*|sharedsnapshot\w*)\d*$/i;
/** What happens by itself and can still break a service. */
const grave =
  /rotat|fail-?over|reboot|restore|upgrade|maintenance|^(?:delete|revoke|detach|disable|deregister)(?!networkinterface|targets)/i;
/** Services that act for a person or a pipeline. */
const deliveries = /^(?:cloudformation|codepipeline|codedeploy|codebuild|servicecatalog|sso)\b/i;

/** `known`: it names a resource of a service that the question is about. */
function isNoise({ EventName }: TrailEvent, { eventType, userIdentity }: Whole, known: boolean): boolean {
  if (bookkeeping.test(EventName)) return true;
  const { type, invokedBy, arn } = userIdentity ?? {};
  const isAutomation =
    type === 'AWSService' ||
    eventType === 'AwsServiceEvent' ||
    /:(?:assumed-)?role\/(?:aws-service-role\/|AWSServiceRole)/.test(arn ?? '') ||
    (invokedBy !== null && invokedBy !== undefined && /\.amazonaws\.com$/.test(invokedBy));
  return isAutomation && !deliveries.test(invokedBy ?? '') && !grave.test(EventName) && !known;
}

/** Names of resources: those that CloudTrail lists, then short texts of the request, which name what it does not list. */
function namesIn({ Resources }: TrailEvent, { requestParameters }: Whole): string[] {
  const listed = (Resources ?? []).flatMap(({ ResourceName }) => ResourceName ?? []);
  const named = texts(requestParameters ?? {})
    .filter(
      ({ key, text }) =>
        /(?:name|id|identifier|arn|path|groups?|table|queue\w*|url)s?$/i.test(key) &&
        !secret.test(key) &&
        text.length <= 300,
    )
    .map(({ text }) => text);
  return [...new Set([...listed, ...named].map((name) => clean(name)).filter((name) => name.length >= 2))];
}

interface Text {
  readonly key: string;
  readonly text: string;
}

/** The texts and numbers inside, with their keys; at most 60, ten levels deep. */
function texts(value: unknown, key = '', depth = 0, found: Text[] = []): Text[] {
  if (found.length >= 60 || depth > 10) return found;
  if (typeof value === 'string') found.push({ key, text: value });
  else if (typeof value === 'number' || typeof value === 'boolean') found.push({ key, text: String(value) });
  else if (Array.isArray(value)) for (const one of value.slice(0, 20)) texts(one, key, depth + 1, found);
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value).slice(0, 30))
      texts(one, name === 'items' ? key : name, depth + 1, found);
  return found;
}

/** The last part of an ARN, a path or an address, and the whole name. */
const formsOf = (name: string): string[] => [name, name.split(/[:/]/).at(-1) ?? name].map((one) => one.toLowerCase());

/** The first name decides: a request names what it changes before what that refers to. Configured resources go before names of services. */
function ownerOf(names: readonly string[], { resources, services }: Owners): string | undefined {
  const owners = new Map(services.map((service) => [service.toLowerCase(), service]));
  for (const [service, own] of Object.entries(resources)) for (const one of own) owners.set(one.toLowerCase(), service);
  return names.flatMap((name) => formsOf(name).map((form) => owners.get(form))).find((owner) => owner !== undefined);
}

interface Around {
  readonly region: string;
  readonly names: readonly string[];
  readonly service: string | undefined;
}

function changeOf(event: TrailEvent, record: Whole, { region, names, service }: Around): Change {
  const { EventId, EventName, EventTime, EventSource } = event;
  const at = EventTime.toISOString();
  const own = (EventSource ?? '').replace(/\.amazonaws\.com$/, '');
  const where = record.awsRegion ?? region;
  const [first] = names;
  const details = detailsOf(record, names);
  const title = `${own || 'AWS'} ${EventName.replace(/\d{8}(?:v\d)?$/, '')}${first === undefined ? '' : ` on ${shortName(first)}`}${details === '' ? '' : `: ${details}`}`;
  const author = authorOf(event, record);
  const account = record.recipientAccountId ?? undefined;
  return {
    id: `${changeIds.operation}${EventId}`,
    kind: kindOf(own, EventName),
    at,
    title: clean(`${title}${account === undefined ? '' : ` (account ${account}, ${where})`}`)
      .replace(/\s+/g, ' ')
      .slice(0, 300),
    ...(service === undefined ? onResource(first, account, where) : { service }),
    ...(author === undefined ? {} : { author }),
    link: `https://${where}.console.aws.amazon.com/cloudtrailv2/home?region=${where}#/events/${encodeURIComponent(EventId)}`,
  };
}

/** What it went live on, as far as it is known. */
const onResource = (name: string | undefined, account: string | undefined, region: string): Pick<Change, 'entity'> =>
  name === undefined
    ? {}
    : { entity: { kind: 'Resource', name: shortName(name), ...(account && { cluster: `${account}:${region}` }) } };

/** An ARN without the parts that say nothing: `arn:aws:iam::1:role/orders` → `role/orders`. */
const shortName = (name: string): string =>
  (name.startsWith('arn:') ? name.split(':').slice(5).join(':') : name).slice(0, 120);

const secret =
  /secret(?!id)|password|token|credential|private|environment|variables|userdata|zipfile|code$|value$|^key$|plaintext|blob/i;

/** What the request says beyond the resource's name, as `tcp 5432 from sg-0web`. Values of secrets and settings are left out. */
function detailsOf({ requestParameters }: Whole, names: readonly string[]): string {
  const [first] = names;
  return texts(requestParameters ?? {})
    .filter(({ key, text }) => text !== first && text.length <= 80 && !secret.test(key) && key !== '')
    .slice(0, 6)
    .map(({ key, text }) => `${key} ${text}`)
    .join(', ');
}

function authorOf({ Username }: TrailEvent, { userIdentity }: Whole): string | undefined {
  const { userName, arn, invokedBy, sessionContext } = userIdentity ?? {};
  const session = arn?.includes(':assumed-role/') ? arn.split('/').at(-1) : undefined;
  const role = sessionContext?.sessionIssuer?.userName;
  const by = session !== undefined && role ? `${session} (${role})` : (userName ?? session ?? Username ?? invokedBy);
  return by ? clean(by).slice(0, 100) || undefined : undefined;
}

function kindOf(source: string, name: string): Change['kind'] {
  if (
    /^(?:update(?:functioncode|alias|service)|publishversion|createdeployment|putimage|startpipelineexecution)/i.test(
      name,
    )
  )
    return 'deploy';
  if (/^(?:ssm|secretsmanager|appconfig|appconfigdata)$/.test(source)) return 'config';
  return /parameter|configuration|setting|attributes?$|options?$/i.test(name) ? 'config' : 'infrastructure';
}
