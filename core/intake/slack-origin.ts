// Checks the origin of a Slack request: the workspace and app that it was sent to, and whether its author belongs to our organisation. Bots of every
// kind and people of other organisations decide nothing. Slack documents the fields in the envelope of events
// (https://docs.slack.dev/apis/events-api), in the payload of interactions and of commands, and for Slack Connect
// (https://docs.slack.dev/apis/slack-connect), where a message names its author's workspace.
import * as z from 'zod';
import type { SlackOrigin, SlackUserKind } from '../model/slack-origin.ts';

const id = z.string().max(50).nullish();

export type Sender =
  /** A person of our organisation, according to the request itself. */
  | { readonly kind: 'ours' }
  /** The request does not say who the author is; we have to ask Slack. */
  | { readonly kind: 'unproven' }
  | { readonly kind: 'bot' | 'foreign' };

/** The reason why the request was not meant for us; undefined if it was. */
export type Refusal = string | undefined;

export const Envelope = z.looseObject({
  team_id: id,
  enterprise_id: id,
  api_app_id: id,
  is_ext_shared_channel: z.boolean().nullish(),
  authorizations: z
    .array(z.looseObject({ team_id: id, enterprise_id: id, is_enterprise_install: z.boolean().nullish() }))
    .max(100)
    .nullish(),
});
type Envelope = z.infer<typeof Envelope>;

const Author = z.looseObject({
  user: id,
  user_team: id,
  source_team: id,
  team: z.union([z.string().max(50), z.looseObject({})]).nullish(),
  bot_id: id,
  app_id: id,
  subtype: z.string().nullish(),
  bot_profile: z.unknown().optional(),
});

const isOurTeam = (team: string, { teams, enterprise }: SlackOrigin): boolean =>
  teams.includes(team) || (enterprise !== undefined && team === enterprise);

const wrongApp = (app: string | null | undefined, { appId }: SlackOrigin): Refusal =>
  appId !== undefined && app !== appId
    ? `it is for the app ${app ?? 'that it does not name'}, not ${appId}`
    : undefined;

const wrongTeam = (named: readonly (string | null | undefined)[], origin: SlackOrigin): Refusal => {
  const known = named.filter((one) => one !== undefined && one !== null && one !== '') as string[];
  if (origin.teams.length === 0) return undefined;
  return known.some((one) => isOurTeam(one, origin))
    ? undefined
    : `it is from the workspace ${known.join(', ') || 'that it does not name'}, which is not one of ours`;
};

/** An event comes through an installation. In a shared channel it may have happened in another workspace. */
export function refusedEvent(envelope: Envelope, origin: SlackOrigin): Refusal {
  const installed = (envelope.authorizations ?? [])
    .flatMap(({ team_id, enterprise_id, is_enterprise_install }) => [
      team_id,
      ...(is_enterprise_install ? [enterprise_id] : []),
    ])
    .filter((one) => typeof one === 'string' && one !== '');
  const here = [envelope.team_id, ...(envelope.team_id ? [] : [envelope.enterprise_id])];
  const isShared = envelope.is_ext_shared_channel === true;
  return (
    wrongApp(envelope.api_app_id, origin) ??
    (installed.length > 0 ? wrongTeam(installed, origin) : undefined) ??
    (isShared && installed.length > 0 ? undefined : wrongTeam(here, origin))
  );
}

/** The author of a message. A reaction carries no information about its author. */
export function senderOf(event: unknown, envelope: Envelope, origin: SlackOrigin): Sender {
  const author = Author.safeParse(event).data;
  if (author === undefined) return { kind: 'unproven' };
  if (
    author.bot_id ||
    author.app_id ||
    author.bot_profile ||
    author.subtype === 'bot_message' ||
    author.user === slackbot
  )
    return { kind: 'bot' };
  const named = [author.user_team, author.source_team, author.team].filter(
    (one) => typeof one === 'string' && one !== '',
  );
  if (named.some((one) => origin.teams.length > 0 && !isOurTeam(one as string, origin))) return { kind: 'foreign' };
  const certain = typeof author.user_team === 'string' || (named.length > 0 && envelope.is_ext_shared_channel !== true);
  return origin.teams.length > 0 && certain ? { kind: 'ours' } : { kind: 'unproven' };
}

const slackbot = 'USLACKBOT';

export const InteractionOrigin = z.looseObject({
  api_app_id: id,
  team: z.looseObject({ id }).nullish(),
  enterprise: z.looseObject({ id }).nullish(),
  user: z.looseObject({ team_id: id }).optional(),
});

/** A press always comes from a person; the payload names that person's workspace. */
export function refusedInteraction(payload: z.infer<typeof InteractionOrigin>, origin: SlackOrigin): Refusal {
  const here = payload.team?.id ?? payload.enterprise?.id;
  return wrongApp(payload.api_app_id, origin) ?? wrongTeam([here], origin);
}
export function presser({ user }: z.infer<typeof InteractionOrigin>, origin: SlackOrigin): Sender {
  const team = user?.team_id;
  if (origin.teams.length === 0 || !team) return { kind: 'unproven' };
  return { kind: isOurTeam(team, origin) ? 'ours' : 'foreign' };
}

export const CommandOrigin = z.looseObject({ team_id: id, enterprise_id: id, api_app_id: id });

export const refusedCommand = (command: z.infer<typeof CommandOrigin>, origin: SlackOrigin): Refusal =>
  wrongApp(command.api_app_id, origin) ??
  wrongTeam([command.team_id, ...(command.team_id ? [] : [command.enterprise_id])], origin);

/** Slack's user object (https://docs.slack.dev/reference/objects/user-object). */
export const SlackUser = z.looseObject({
  id: z.string().max(50),
  team_id: id,
  deleted: z.boolean().nullish(),
  is_bot: z.boolean().nullish(),
  is_workflow_bot: z.boolean().nullish(),
  is_stranger: z.boolean().nullish(),
  /** Guests usually belong to another organisation. */
  is_restricted: z.boolean().nullish(),
  is_ultra_restricted: z.boolean().nullish(),
  enterprise_user: z.looseObject({ enterprise_id: id }).nullish(),
});

export function whoIs(user: z.infer<typeof SlackUser>, origin: SlackOrigin): SlackUserKind {
  if (user.is_bot || user.is_workflow_bot || user.id === slackbot) return 'bot';
  if (user.deleted || user.is_stranger || user.is_restricted || user.is_ultra_restricted) return 'foreign';
  const named = [user.team_id, user.enterprise_user?.enterprise_id].filter((one) => typeof one === 'string');
  if (origin.teams.length === 0 || named.length === 0) return 'unknown';
  return named.some((one) => isOurTeam(one as string, origin)) ? 'person' : 'foreign';
}
