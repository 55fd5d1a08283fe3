import { describe, expect, test } from 'vitest';
import {
  Envelope,
  presser,
  refusedCommand,
  refusedEvent,
  refusedInteraction,
  senderOf,
  whoIs,
} from '../../../core/intake/slack-origin.ts';
import type { SlackOrigin } from '../../../core/model/slack-origin.ts';

const ours: SlackOrigin = { teams: ['T1', 'T2'], appId: 'A1', enterprise: 'E1' };
const installed = (over: object = {}) => ({
  enterprise_id: null,
  team_id: 'T1',
  is_enterprise_install: false,
  ...over,
});
const envelope = (over: object = {}) =>
  Envelope.parse({
    team_id: 'T1',
    api_app_id: 'A1',
    authorizations: [installed()],
    is_ext_shared_channel: false,
    ...over,
  });

describe('an event', () => {
  test.each([
    ['of our workspace', {}],
    ['of another workspace of ours', { team_id: 'T2', authorizations: [installed({ team_id: 'T2' })] }],
    ['without authorizations', { authorizations: undefined }],
    [
      'of our grid, installed for all of it',
      {
        team_id: null,
        enterprise_id: 'E1',
        authorizations: [installed({ team_id: null, enterprise_id: 'E1', is_enterprise_install: true })],
      },
    ],
    ['that happened in the other workspace of a shared channel', { team_id: 'T9', is_ext_shared_channel: true }],
  ])('%s is ours', (_, over) => expect(refusedEvent(envelope(over), ours)).toBeUndefined());

  test.each([
    ['of another workspace', { team_id: 'T9', authorizations: [installed({ team_id: 'T9' })] }],
    ['that says only its own workspace, another one', { team_id: 'T9', authorizations: [] }],
    ['of another workspace through an installation of ours, in no shared channel', { team_id: 'T9' }],
    [
      'that claims our workspace through an installation of another',
      { authorizations: [installed({ team_id: 'T9' })] },
    ],
    [
      'of another grid',
      {
        team_id: null,
        enterprise_id: 'E9',
        authorizations: [installed({ team_id: null, enterprise_id: 'E9', is_enterprise_install: true })],
      },
    ],
    [
      'that names a grid of ours beside an installation of another workspace',
      { team_id: 'T9', enterprise_id: 'E1', authorizations: [installed({ team_id: 'T9', enterprise_id: 'E1' })] },
    ],
    ['that names no workspace', { team_id: undefined, authorizations: undefined }],
    ['of another app', { api_app_id: 'A9' }],
    ['that names no app', { api_app_id: undefined }],
  ])('%s is not', (_, over) => expect(refusedEvent(envelope(over), ours)).toMatch(/not one of ours|not A1/));
});

describe('a message', () => {
  const shared = envelope({ is_ext_shared_channel: true });
  test.each([
    ['with its author’s workspace', { user: 'U1', team: 'T1' }, envelope(), 'ours'],
    ['in a shared channel, of ours', { user: 'U1', user_team: 'T1', team: 'T1' }, shared, 'ours'],
    ['in a shared channel, of the others', { user: 'U9', user_team: 'T9', team: 'T1' }, shared, 'foreign'],
    ['that began in another workspace', { user: 'U9', source_team: 'T9' }, shared, 'foreign'],
    ['in a shared channel that does not say whose user it is', { user: 'U1', team: 'T1' }, shared, 'unproven'],
    ['that says nothing', { user: 'U1' }, envelope(), 'unproven'],
    ['of a bot', { user: 'U1', team: 'T1', bot_id: 'B1' }, envelope(), 'bot'],
    ['of an app in a person’s name', { user: 'U1', team: 'T1', app_id: 'A9' }, envelope(), 'bot'],
    ['of a workflow', { user: 'U1', team: 'T1', bot_profile: { is_workflow_bot: true } }, envelope(), 'bot'],
    ['of a classic app', { subtype: 'bot_message', username: 'ana' }, envelope(), 'bot'],
    ['of Slackbot', { user: 'USLACKBOT', team: 'T1' }, envelope(), 'bot'],
    ['that is none', 'x', envelope(), 'unproven'],
  ] as const)('%s: %#', (_, event, around, kind) => expect(senderOf(event, around, ours)).toEqual({ kind }));
});

test('a press is of ours only where its user is', () => {
  const press = (user: { team_id?: string }, over: object = {}) => ({
    api_app_id: 'A1',
    team: { id: 'T1' },
    user,
    ...over,
  });
  expect(refusedInteraction(press({ team_id: 'T1' }), ours)).toBeUndefined();
  expect(refusedInteraction(press({ team_id: 'T1' }, { team: null, enterprise: { id: 'E1' } }), ours)).toBeUndefined();
  expect(refusedInteraction(press({ team_id: 'T1' }, { team: { id: 'T9' } }), ours)).toContain('not one of ours');
  expect(refusedInteraction(press({ team_id: 'T1' }, { team: null }), ours)).toContain('not one of ours');
  expect(refusedInteraction(press({ team_id: 'T1' }, { api_app_id: 'A9' }), ours)).toContain('not A1');
  expect(presser(press({ team_id: 'T2' }), ours)).toEqual({ kind: 'ours' });
  expect(presser(press({ team_id: 'T9' }), ours)).toEqual({ kind: 'foreign' });
  expect(presser(press({}), ours)).toEqual({ kind: 'unproven' });
  expect(presser(press({ team_id: 'T1' }), { teams: [] })).toEqual({ kind: 'unproven' });
});

test('a command is of ours where its workspace is', () => {
  expect(refusedCommand({ team_id: 'T1', api_app_id: 'A1' }, ours)).toBeUndefined();
  expect(refusedCommand({ team_id: 'T9', enterprise_id: 'E1', api_app_id: 'A1' }, ours)).toContain('not one of ours');
  expect(refusedCommand({ team_id: 'T1' }, ours)).toContain('not A1');
});

test.each([
  ['a person', { team_id: 'T1' }, 'person'],
  ['a person of the grid', { team_id: 'T8', enterprise_user: { enterprise_id: 'E1' } }, 'person'],
  ['a bot', { team_id: 'T1', is_bot: true }, 'bot'],
  ['a workflow', { team_id: 'T1', is_workflow_bot: true }, 'bot'],
  ['Slackbot', { id: 'USLACKBOT', team_id: 'T1', is_bot: false }, 'bot'],
  ['somebody of another organisation', { team_id: 'T9' }, 'foreign'],
  ['a stranger', { team_id: 'T1', is_stranger: true }, 'foreign'],
  ['a guest', { team_id: 'T1', is_restricted: true }, 'foreign'],
  ['a guest of one channel', { team_id: 'T1', is_ultra_restricted: true }, 'foreign'],
  ['somebody who left', { team_id: 'T1', deleted: true }, 'foreign'],
  ['somebody of whom nothing is said', {}, 'unknown'],
])('Slack’s own word for %s', (_, user, whom) => expect(whoIs({ id: 'U1', ...user }, ours)).toBe(whom));
