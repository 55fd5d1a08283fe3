// Forms of names that discovery takes, and the words in them that name an environment.

/** Names as Kubernetes, AWS and repositories have them. Everything else, such as a sentence or a control character, is not proposed. */
export const isName = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text);
export const isRepository = (text: string): boolean => /^[A-Za-z0-9][\w.-]{0,38}\/[A-Za-z0-9_.-]{1,100}$/.test(text);

export const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Environments by the words that people use for them. */
const usual: Readonly<Record<string, string>> = {
  production: 'production',
  prod: 'production',
  prd: 'production',
  live: 'production',
  staging: 'staging',
  stage: 'staging',
  stg: 'staging',
  development: 'development',
  develop: 'development',
  dev: 'development',
  test: 'test',
  testing: 'test',
  qa: 'qa',
  uat: 'uat',
  sandbox: 'sandbox',
  preprod: 'preprod',
};

type Environments = Readonly<Record<string, { readonly aliases: readonly string[] }>>;

/** The catalogue's environment for a word, or else the usual one; undefined if the word names none. */
export function environmentFor(word: string, environments: Environments): string | undefined {
  const known = (name: string) =>
    Object.keys(environments).find((one) => same(one, name) || environments[one]?.aliases.some((a) => same(a, name)));
  const usualName = Object.hasOwn(usual, word.toLowerCase()) ? usual[word.toLowerCase()] : undefined;
  return known(word) ?? (usualName === undefined ? undefined : (known(usualName) ?? usualName));
}

const wordsOf = (name: string): string[] => name.split(/[-_.:/]/).filter(Boolean);

/** The one environment whose word is in the name; undefined if there is none, or if several are. */
export function environmentIn(name: string, environments: Environments): string | undefined {
  const found = new Set(wordsOf(name).flatMap((word) => environmentFor(word, environments) ?? []));
  return found.size === 1 ? [...found][0] : undefined;
}

/** `billing-staging` and `prod-billing` become `billing`. A name that is only such a word stays. */
export function withoutEnvironment(name: string, environments: Environments): string {
  const parts = name.split(/([-_.])/);
  const isWord = (word: string | undefined) => word !== undefined && environmentFor(word, environments) !== undefined;
  if (parts.length >= 3 && isWord(parts.at(-1))) return parts.slice(0, -2).join('');
  if (parts.length >= 3 && isWord(parts[0])) return parts.slice(2).join('');
  return name;
}

/** `group:default/team-billing`, `Team Billing` and `billing-team` are the same team. */
export const teamKey = (owner: string): string =>
  (owner.split('/').at(-1) ?? owner)
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && word !== 'team' && word !== 'squad' && word !== 'group')
    .join('-');

/** An owner as the catalogue writes it, from `group:default/team-billing`; undefined if it is no name. */
export function ownerName(text: string): string | undefined {
  const name = (text.trim().split('/').at(-1) ?? '').replace(/^(?:group|user):/, '').replaceAll(' ', '-');
  return isName(name) && teamKey(name) !== '' ? name : undefined;
}

/** `owner/name` of an address on GitHub, or of `owner/name` itself. */
export function repositoryOf(text: string): string | undefined {
  const path =
    /^(?:url:)?(?:https?:\/\/(?:www\.)?github\.com\/|git@github\.com:|ssh:\/\/git@github\.com\/)([^?#]+)/i.exec(
      text.trim(),
    )?.[1];
  const [owner = '', name = ''] = (path ?? text.trim()).split('/');
  if (path === undefined && text.trim().split('/').length !== 2) return undefined;
  const repository = `${owner}/${name.replace(/\.git$/, '')}`;
  return isRepository(repository) ? repository : undefined;
}
