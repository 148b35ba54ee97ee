import { hostname, userInfo } from 'node:os';

/** Who gives the command: `user@host`, as status and notes name them. */
export function caller(): string {
  return `${user()}@${hostname()}`;
}

function user(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the password file, as containers have.
    return process.env.USER ?? `uid${process.getuid?.() ?? ''}`;
  }
}
