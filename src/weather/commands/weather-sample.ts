import path from 'node:path';
import { messageOf } from '../../task/errors.ts';
import { writeLocal } from '../local-time.ts';
import { zoneOf } from '../../time/zone.ts';
import { deliver } from '../sample/deliver-sample.ts';
import { writeFirstLook } from '../sample/sample-tables.ts';
import type { Layout } from '../sample/layouts.ts';
import { parseDay } from '../../time/dates.ts';
import { sampleFiles, sampleStations } from '../sample/make-sample.ts';
import { UsageError } from '../../command/exit.ts';
import { weatherSection } from '../weather-settings.ts';
import type { Session } from '../../command/session.ts';
import { configuredFolders } from './failed-folders.ts';

export interface SampleFlags {
  stations: number;
  days: number;
  until?: string;
  layout?: Layout;
  onePerFile?: true;
  seed: number;
  firstLook?: true;
  inbox?: string;
}

const DAY = 86_400_000;

export async function makeSample(session: Session, flags: SampleFlags): Promise<void> {
  const { timezone } = weatherSection.of(await session.config());
  const inbox = flags.inbox === undefined ? await configuredInbox(session) : path.resolve(flags.inbox);
  const made = flags.firstLook
    ? await writeFirstLook(inbox, { timezone, days: flags.days })
    : await deliver(
        inbox,
        sampleFiles({
          stations: sampleStations(flags.stations, timezone),
          from: firstDay(flags, timezone),
          days: flags.days,
          seed: flags.seed,
          onePerFile: flags.onePerFile === true,
          ...(flags.layout && { layout: flags.layout }),
        }),
      );
  session.out.answer({ inbox, ...made }, () => {
    const where = path.relative(process.cwd(), inbox) || '.';
    return `${made.files} files with ${made.observations} observations went into ${where}.`;
  });
}

function firstDay({ until, days }: SampleFlags, timezone: string): string {
  const last = until === undefined ? zoneOf(timezone).toLocal(Date.now()) - DAY : lastDay(until);
  return writeLocal(last - (days - 1) * DAY).slice(0, 10);
}

function lastDay(until: string): number {
  try {
    return parseDay(until);
  } catch (error) {
    throw new UsageError(`--until ${messageOf(error)}.`);
  }
}

async function configuredInbox(session: Session): Promise<string> {
  const folders = await configuredFolders(session);
  if (folders) return folders.inbox;
  throw new UsageError('No task of kind loadJson is configured: say where to with --inbox <folder>.');
}
