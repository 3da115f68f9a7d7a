/**
 * When the program runs with root's rights, Lua code is loaded only from files and folders that root or the caller owns
 * and nobody else can write: a chisel runs with all the rights of the program.
 */
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/** Users whose files are trusted: root, and behind sudo the user who called it. */
function trustedUsers(env: NodeJS.ProcessEnv): Set<number> {
  const users = new Set([0]);
  for (const name of ['SUDO_UID', 'PKEXEC_UID', 'DOAS_UID']) {
    const uid = Number.parseInt(env[name] ?? '', 10);
    if (Number.isInteger(uid)) users.add(uid);
  }
  return users;
}

/**
 * Why a Lua file must not be loaded, in words, or undefined when it may.
 * Not privileged: everything may.
 */
export function refusal(
  file: string,
  env: NodeJS.ProcessEnv = process.env,
  uid = process.geteuid?.(),
): string | undefined {
  if (uid !== 0) return undefined;
  const users = trustedUsers(env);
  const who = users.size > 1 ? 'root or you' : 'root';
  let path: string;
  try {
    path = realpathSync(file);
  } catch {
    return undefined;
  }
  const stat = statSync(path);
  const remedy = 'change that, or allow it with --allow-untrusted';
  if (!users.has(stat.uid))
    return `it is owned by user ${stat.uid}, and as root only files of ${who} are run: ${remedy}`;
  if (stat.mode & WRITABLE_BY_OTHERS) return `others than its owner can write it: ${remedy}`;
  const folder = dirname(path);
  const folderStat = statSync(folder);
  if (!users.has(folderStat.uid))
    return `its folder ${folder} is owned by user ${folderStat.uid}, not by ${who}: ${remedy}`;
  // In a sticky folder (/tmp) others can add files, but not replace this one.
  if (folderStat.mode & WRITABLE_BY_OTHERS && !(folderStat.mode & STICKY)) {
    return `others can write its folder ${folder}: ${remedy}`;
  }
  return undefined;
}
