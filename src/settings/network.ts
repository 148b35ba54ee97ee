import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';

/** The name or IP address of a host. */
export const hostName = z
  .string()
  .refine((text) => isIP(text) !== 0 || /^[A-Za-z0-9_]([\w.-]*[A-Za-z0-9_])?$/.test(text), {
    error: 'expected the name or IP address of a host alone, such as "ftp.example.org"',
  });

export const portNumber = z.int().min(1).max(65_535);

/** Goes into a command of a protocol: a line break would begin another one. */
export const protocolText = z
  .string()
  .regex(/^\P{Cc}+$/u, { error: 'expected text without control characters' });

/** `files.example.org:22`, `[::1]:22`. */
export function hostAndPort(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
