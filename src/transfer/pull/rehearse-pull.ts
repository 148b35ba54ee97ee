import type { Report, WorkContext } from '../../task/kind.ts';
import type { Pool } from '../ftp/pool.ts';
import type { Server } from '../ftp/ftp-server.ts';
import { findMarkers } from '../../intake/markers.ts';
import { compare, type RemoteFile } from './compare-listing.ts';
import { Ledger } from './pull-ledger.ts';
import { RemoteFolder } from './remote-folder.ts';
import { fileFilter, sourceAddress, type PullSettings } from './pull-settings.ts';
import { findSource } from './pull-source.ts';

/** Says what a run would fetch: lists the server once, and changes nothing there, here, or in the ledger. */
export async function rehearse(ctx: WorkContext<PullSettings>, server: Server, pool: Pool): Promise<Report> {
  const source = await findSource(ctx.db, ctx.task, sourceAddress(ctx.settings));
  const remote = await RemoteFolder.open(pool, server, ctx.settings);
  const { files, refused, inProgress, covers } = await remote.walk(() => undefined);
  const takes = fileFilter(ctx.settings);
  const { marker } = ctx.settings;
  const marked = findMarkers(
    files.map((file) => ({ ...file, name: file.path })),
    marker,
  );
  const wanted = marked.files.filter(({ path }) => takes(path));
  const ledger = source && new Ledger(ctx.db, ctx.task, source);
  await remote.refine(wanted, () => false);
  const found = compare(wanted, (await ledger?.read()) ?? new Map(), {
    start: (await ledger?.now()) ?? new Date(),
    stableFor: ctx.settings.stableFor,
    listed: covers,
  });
  const isComplete = ({ path }: RemoteFile) => marker === undefined || marked.markers.has(path);
  const candidates = [...found.ready, ...found.young, ...found.fresh].filter(isComplete);
  const bytes = candidates.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of candidates) ctx.trace(`${path}: would be fetched, ${size} bytes`);
  for (const { reason } of refused) ctx.trace(`would be refused: ${reason}`);
  if (inProgress > 0) ctx.trace(`${inProgress} would be left alone: names of work in progress`);
  return {
    outcome: 'done',
    counts: { listed: wanted.length, candidates: candidates.length, bytes, refused: refused.length },
    changed: false,
    note: `would fetch ${candidates.length} files of ${bytes} bytes, those that do not change within ${ctx.settings.stableFor} ms`,
  };
}
