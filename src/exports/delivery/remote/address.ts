/** A folder of a server as one text; a relative one is below `~`. */
export function addressOf(server: string, folder: string): string {
  if (folder.startsWith('/')) return `${server}${folder}`;
  return folder === '.' ? `${server}/~` : `${server}/~/${folder}`;
}
