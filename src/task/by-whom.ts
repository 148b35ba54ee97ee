/** Who stopped or started a task, and why: `me@here: the disk is full`. */
export function byWhom({ by, reason }: { by: string; reason?: string | undefined }): string {
  return `by ${by}${reason ? `: ${reason}` : ''}`;
}
