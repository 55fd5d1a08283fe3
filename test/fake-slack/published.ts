// What Slack itself publishes in its SDK, as types for the fake: a method's arguments and reply (@slack/web-api), blocks and events
// (@slack/types). What the fake says of itself is checked against them by tsc; test/slack/published.test.ts shows that the check can fail.
import type { KnownBlock, MessageAttachment } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type * as z from 'zod';

type Families = Pick<WebClient, 'auth' | 'chat' | 'conversations' | 'files' | 'reactions' | 'users' | 'views'>;
type Call = (given: never) => Promise<unknown>;

/** `chat.postMessage` and its like. */
export type MethodName = {
  [Family in keyof Families]: {
    [Last in keyof Families[Family] & string]: Families[Family][Last] extends Call ? `${Family}.${Last}` : never;
  }[keyof Families[Family] & string];
}[keyof Families];

type CallOf<Name extends MethodName> = Name extends `${infer Family extends keyof Families}.${infer Last}`
  ? Families[Family][Last & keyof Families[Family]]
  : never;
type ArgumentsOf<Name extends MethodName> =
  CallOf<Name> extends (given: infer Given) => unknown ? NonNullable<Given> : never;
type ResultOf<Name extends MethodName> = CallOf<Name> extends (given: never) => Promise<infer Result> ? Result : never;

type KeysOf<Form> = Form extends unknown ? keyof Form : never;
type RequiredOf<Form> = Exclude<
  { [Key in keyof Form]-?: IsOptional<Form, Key> extends true ? never : Key }[keyof Form],
  undefined
>;
type IsOptional<Form, Key extends keyof Form> = Partial<Pick<Form, Key>> extends Pick<Form, Key> ? true : false;
/** Many methods take one of several forms, as text or blocks, a message or a file: what only one of them asks for is not required. */
type RequiredOfEach<Form, Key = KeysOf<Form>> = Exclude<
  Key,
  Form extends unknown ? Exclude<Key, RequiredOf<Form>> : never
>;

type Unknown<Name extends MethodName, Shape> = Exclude<keyof Shape, KeysOf<ArgumentsOf<Name>>>;
type Missing<Name extends MethodName, Shape extends z.ZodRawShape> = Exclude<
  RequiredOfEach<ArgumentsOf<Name>>,
  RequiredOf<z.input<z.ZodObject<Shape>>>
>;
/** A row's schema knows no argument that Slack does not, and requires what Slack requires. */
export type Follows<Name extends MethodName, Shape extends z.ZodRawShape> = [Unknown<Name, Shape>] extends [never]
  ? [Missing<Name, Shape>] extends [never]
    ? unknown
    : { readonly 'Slack requires': Missing<Name, Shape> }
  : { readonly 'Slack does not know': Unknown<Name, Shape> };

/** What a method answers when it did what was asked, apart from `ok`. */
export type Answer<Name extends MethodName> = Omit<Wire<ResultOf<Name>>, 'ok'>;

/** A message as the methods that read a channel give it. */
export type WireMessage = NonNullable<Answer<'conversations.history'>['messages']>[number];

/**
 * A published type as the JSON that is sent of it: enums are their values, and what may be missing may be undefined. Fields that the
 * SDK derives from samples have better types: blocks, attachments, and the payload of metadata, which is the app's own.
 */
export type Wire<Type> = Type extends string
  ? `${Type}`
  : Type extends readonly (infer One)[]
    ? readonly Wire<One>[]
    : Type extends object
      ? {
          readonly [Key in keyof Type]:
            | (Key extends keyof Better ? Better[Key] : Wire<Type[Key]>)
            | (IsOptional<Type, Key> extends true ? undefined : never);
        }
      : Type;
interface Better {
  readonly blocks: readonly Wire<KnownBlock>[];
  readonly attachments: readonly Wire<MessageAttachment>[];
  readonly event_payload: unknown;
}
