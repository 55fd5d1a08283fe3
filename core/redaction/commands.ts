// Redacts passwords on command lines, where an option of a known program precedes them: `curl -u user:password`, `mysql -ppassword`.
import { type Cut, cutOut, isMarked } from './mark.ts';
import { isNoSecret } from './values.ts';

const programs =
  /\b(?:curl|wget|httpie|mysql(?:dump|admin|import)?|mariadb(?:-dump)?|redis-cli|sshpass|docker|podman|nerdctl|buildah|skopeo|helm|oras|az|openssl|keytool|ldap(?:search|modify|add)|mongo(?:sh|dump|restore)?|rabbitmqadmin|htpasswd|snmpwalk|smbclient|sqlcmd|plink)\b/g;
const longest = 4000;

/** The separator between an option and its value: spaces, or the separator of list elements. */
const gap = String.raw`(?:=|[ \t]{1,4}|\\{0,3}["'],[ \t]{0,4})\\{0,3}["']?`;
const before = String.raw`(?<=[\s"'\[,])`;
const pair = new RegExp(
  `${before}(?:-u|-U|--user|--proxy-user|--creds|--src-creds|--dest-creds)${gap}([^\\s:"'\\\\]{1,64}:)([^"'\\\\\\n]+?)(?=\\\\{0,3}["']|\\s|$)`,
  'g',
);
const glued = /(?<=[\s"'[,]-p)()([^\s"'\\]{3,128})/g;
const option = (names: string) => new RegExp(`${before}(${names})${gap}([^\\s"'\\\\]{3,256})`, 'g');

const rules: readonly (readonly [program: RegExp, pattern: RegExp])[] = [
  [/^(?:curl|httpie|skopeo|rabbitmqadmin)/, pair],
  [/^(?:mysql|mariadb)/, glued],
  [/^redis-cli/, option('-a|--pass')],
  [/^sshpass/, option('-p')],
  [/^sshpass/, glued],
  [/^(?:docker|podman|nerdctl|buildah|helm|oras|az|mongo|rabbitmqadmin)/, option('-p|--pass')],
  [/^(?:ldap)/, option('-w')],
  [/^(?:sqlcmd)/, option('-P')],
  [/^plink/, option('-pw')],
  [/^smbclient/, /(?<=-U[ \t]{0,4}\S{1,64}%)()([^\s"'\\]{3,128})/g],
  [/^keytool/, option('-storepass|-keypass')],
  [/^openssl/, /(?<=\bpass:)()([^\s"'\\]{3,256})/g],
];

export function redactCommands(text: string): string {
  const cuts: Cut[] = [];
  programs.lastIndex = 0;
  for (let found = programs.exec(text); found !== null; found = programs.exec(text)) {
    const from = programs.lastIndex;
    const newline = text.indexOf('\n', from);
    const line = text.slice(from, Math.min(newline === -1 ? text.length : newline, from + longest));
    const [program] = found;
    const log = /^(?:docker|podman|nerdctl|buildah|helm|oras|az)$/.test(program) && !/\blogin\b/.test(line);
    if (log) continue;
    for (const [programName, pattern] of rules) {
      if (!programName.test(program)) continue;
      for (const match of line.matchAll(pattern)) {
        const value = match[2] ?? '';
        const to = from + match.index + match[0].length;
        if (!isMarked(value, 0) && !isNoSecret(value)) cuts.push({ from: to - value.length, to, kind: 'password' });
      }
    }
    // The rest of the line belongs to the first such program.
    programs.lastIndex = from + line.length;
  }
  return cutOut(
    text,
    cuts.toSorted((a, b) => a.from - b.from),
  );
}
