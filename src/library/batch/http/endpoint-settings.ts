import { z } from 'zod';
import { duration } from '../../../settings/duration.ts';
import { secretReference } from '../../../settings/secrets.ts';

const GIB = 2 ** 30;

/** Section `http` of a batch task: the endpoint to which batches are posted. */
export const httpSettings = z.strictObject({
  /** Reference to the key that senders show as `Authorization: Bearer <key>`. */
  key: secretReference,
  /** Where it listens. It speaks no TLS: to be reached from elsewhere it belongs behind a proxy that does. */
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(1).max(65_535).default(8_790),
  /** A larger file, or a larger request, is refused. */
  maxFileBytes: z
    .int()
    .min(1)
    .default(2 * GIB),
  maxBatchBytes: z
    .int()
    .min(1)
    .default(8 * GIB),
  /** Requests that may bring files at the same time; others are asked to come again. */
  maxUploads: z.int().min(1).default(8),
  /** A request that brings less than `leastBytes` in this time is given up … */
  idleTimeout: duration(100).default(30_000),
  leastBytes: z
    .int()
    .min(1)
    .default(32 * 1024),
  /** … and one that has not brought all after this time. */
  longest: duration(1_000).default(2 * 3_600_000),
  /** How long a request waits for its answer; then it is told where to ask for it. */
  answerWithin: duration(0)
    .refine((ms) => ms <= 300_000, { error: 'expected at most 5m' })
    .default(25_000),
});

export type HttpSettings = z.output<typeof httpSettings>;
