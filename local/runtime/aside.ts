// Names files that are set aside: each stays beside its original place, and nothing deletes it.
const mark = /\.bad-\d{8}T\d{9}Z$/;

/** `lock` becomes `lock.bad-20261127T181530123Z`. */
export const asideName = (name: string, now: Date): string =>
  `${name}.bad-${now.toISOString().replaceAll(/[-:.]/g, '')}`;

export const isAside = (name: string): boolean => mark.test(name);

/** The sentence that people read about a file that was set aside. */
export const asideSentence = ({
  name,
  as,
  why,
}: {
  readonly name: string;
  readonly as: string | undefined;
  readonly why: string;
}): string =>
  as === undefined
    ? `${name} in the data folder ${why}, and could not be set aside; the rest goes on without it.`
    : `${name} in the data folder ${why}: it was set aside as ${as}, and the rest goes on without it.`;
