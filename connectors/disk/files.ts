// What the stores of this folder need of a disk. The embedded runtime brings it, so that there is one way to write a file.
import type * as z from 'zod';

export interface Files {
  /** Whole or not at all; `name` is a relative path with `/`. Throws `Unavailable` where it cannot be written. */
  write(name: string, content: string): Promise<void>;
  read(name: string): Promise<string | undefined>;
  /** The file as JSON of that shape; undefined where there is none, or where it was broken and is set aside. */
  record<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined>;
  remove(name: string): Promise<void>;
  /** Names of the files directly in a folder. */
  list(folder: string): Promise<readonly string[]>;
}

/** Any text as one file name, `.` and `..` among them. */
export const fileName = (text: string): string => encodeURIComponent(text).replaceAll('.', '%2E');
