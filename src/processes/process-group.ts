/** Kills a process that leads a group of its own, with the programs that it started. Content when they have ended. */
export function killGroup(pid: number): void {
  try {
    // Windows knows no groups.
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    // EPERM: of a group that has ended and only waits to be noticed, on macOS.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
