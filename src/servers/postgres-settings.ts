import { statfs } from 'node:fs/promises';

/**
 * What the embedded server is told beyond PostgreSQL's defaults. It stays durable: `fsync`, `synchronous_commit` and
 * `full_page_writes` are left on. Who wants other values uses `ALTER SYSTEM`, which wins over these.
 */
export async function embeddedSettings(): Promise<Record<string, string>> {
  return {
    // A station's year is some 100 MB: the rows in work stay in memory on a small machine.
    shared_buffers: '256MB',
    work_mem: '32MB',
    maintenance_work_mem: '128MB',
    // Loads write in bursts; few large checkpoints write each page once instead of many times.
    max_wal_size: '4GB',
    min_wal_size: '256MB',
    checkpoint_timeout: '15min',
    wal_compression: 'on',
    // Compiling the wide aggregate queries costs more than it gains.
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %a ',
    ...((await hasLittleSharedMemory()) && { dynamic_shared_memory_type: 'sysv' }),
  };
}

/** Containers often have 64 MB in /dev/shm, too little for a parallel hash join, which would fail the query. */
async function hasLittleSharedMemory(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  try {
    const { bavail, bsize } = await statfs('/dev/shm');
    return bavail * bsize < 1024 ** 3;
  } catch {
    return true;
  }
}
