/** As much of a value as a test needs. Functions are whole; parts of them are not left out. */
type Partly<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: Partly<T[Key]> }
    : T;

/** The parts are held to the type; what is left out fails the test that asks for it. */
export const partly = <T>(parts: Partly<T>): T => parts as unknown as T;
