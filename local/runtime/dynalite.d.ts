// Types of the parts of dynalite that answer a call, without its server. `data` is a request's body in the wire format.

declare module 'dynalite/db/index.js' {
  import type { AbstractLevel } from 'abstract-level';

  export type Answered<T> = (error: unknown, answer?: T) => void;
  export interface Store {
    readonly db: Omit<AbstractLevel<string, string>, 'get' | 'close'> & {
      get(key: string, answered?: Answered<unknown>): unknown;
      close(answered: Answered<undefined>): void;
    };
    getTable(
      name: string,
      ...rest: [answered: Answered<object>] | [checkStatus: boolean, answered: Answered<object>]
    ): void;
  }
  const db: {
    /** `path`: the folder of the LevelDB store; absent, the store is in memory. */
    create(options: { readonly path?: string; readonly createTableMs: number }): Store;
  };
  export default db;
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';

  type Custom = (data: object, store: Store) => string | undefined;
  const validations: {
    /** The known fields of `data`, with their required types. @throws Refused */
    checkTypes(data: object, types: object): object;
    /** Also parses the expressions in `data`. @throws Refused */
    checkValidations(data: object, types: object, custom: Custom | undefined, store: Store): void;
  };
  export default validations;
}

declare module 'dynalite/validations/*' {
  import type { Custom } from 'dynalite/validations/index.js';

  const validation: { readonly types: object; readonly custom?: Custom };
  export default validation;
}

declare module 'dynalite/actions/*' {
  import type { Answered, Store } from 'dynalite/db/index.js';

  const action: (store: Store, data: object, answered: Answered<object>) => void;
  export default action;
}
