// The file operations that the stores of this folder need. The embedded runtime implements them, so that there is only one way to write a file.
import type * as z from 'zod';

export interface Files {
  /** Writes the file completely or not at all; `name` is a relative path with `/`. Throws `Unavailable` if the file cannot be written. */
  write(name: string, content: string): Promise<void>;
  read(name: string): Promise<string | undefined>;
  /** The file as JSON of that shape; undefined if it does not exist, or if it was damaged and has been moved aside. */
  record<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined>;
  remove(name: string): Promise<void>;
  /** Names of the files directly in a folder. */
  list(folder: string): Promise<readonly string[]>;
}

/** Encodes any text as one file name, `.` and `..` included. */
export const fileName = (text: string): string => encodeURIComponent(text).replaceAll('.', '%2E');
