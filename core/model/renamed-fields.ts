// Reads records that an older version wrote with other field names.

/** A preprocessing step for a schema: moves each old field to its new name. A value under the new name takes precedence. */
export const withRenamedFields =
  (newNames: Readonly<Record<string, string>>) =>
  (stored: unknown): unknown => {
    if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return stored;
    const fields = Object.entries(stored);
    return Object.fromEntries([
      ...fields.flatMap(([name, value]) => (newNames[name] === undefined ? [] : [[newNames[name], value]])),
      ...fields.filter(([name]) => newNames[name] === undefined),
    ]);
  };
