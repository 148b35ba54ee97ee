import { readEvents, readRecord, type RecordEvent, type WholeRecord } from '../records/read-records.ts';
import { readStatusBits, type StatusBit } from '../model/list-databoxes.ts';
import { chooseDatabox } from '../model/create-databox.ts';
import { OriginalStore } from '../originals/store.ts';
import { storageFolder } from '../library-settings.ts';
import { formatStatus } from '../status/mask.ts';
import { NotFound } from '../../task/not-found.ts';
import { oneLine } from '../../command/escape-controls.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { clock } from '../../command/times.ts';
import { withLibrary } from './library.ts';
import { librarySection } from '../library-settings.ts';

/** All of one record; of a deleted one its events. */
export async function showRecord(session: Session, id: string): Promise<void> {
  const { record, bits, file, events } = await withLibrary(session, async (db, config) => {
    const found = await readRecord(db, id);
    const past = found ? found.events : await readEvents(db, id);
    if (!found && past.length === 0) throw new NotFound(`There is no record ${id}, and there never was.`);
    const store = new OriginalStore(storageFolder(config.root, librarySection.of(config)));
    return {
      record: found,
      bits: found ? await readStatusBits(db, (await chooseDatabox(db, found.databox)).id) : [],
      file: found?.sha256 ? store.pathOf(found.sha256) : undefined,
      events: past,
    };
  });
  const { out } = session;
  if (!record) {
    out.answer({ id, deleted: true, events }, () =>
      [`Record ${id} was deleted. What happened to it:`, eventTable(events)].join('\n'),
    );
    return;
  }
  out.answer({ ...record, status: formatStatus(record.status), file }, () =>
    [
      out.colors.bold(`Record ${id}  ${oneLine(record.name)}`),
      facts(record, bits, file),
      '',
      eventTable(events),
    ].join('\n'),
  );
}

function facts(record: WholeRecord, bits: readonly StatusBit[], file: string | undefined): string {
  const { bytes, mime, kind, values, members, stories, trashedAt, awaits } = record;
  const named = (all: readonly { id: string; name: string }[]) =>
    all.map(({ id, name }) => `${id} ${oneLine(name)}`).join('\n');
  const rows: (readonly [string, string | undefined])[] = [
    [
      'in',
      `${record.databox} / ${record.collection}${trashedAt ? `, in the trash since ${clock(trashedAt)}` : ''}`,
    ],
    [
      'type',
      record.type === 'story' ? 'story' : [kind, mime, `${bytes ?? 0} bytes`].filter(Boolean).join(', '),
    ],
    ['status', statusWords(record.status, bits)],
    ...values.map(({ field, texts }) => [field, texts.join('\n')] as const),
    ['members', members.length > 0 ? named(members) : undefined],
    ['in stories', stories.length > 0 ? named(stories) : undefined],
    ['awaits', awaits.join(', ') || undefined],
    ['uuid', record.uuid],
    ['sha256', record.sha256 ?? undefined],
    ['original', file],
    ['created', clock(record.createdAt)],
    ['modified', clock(record.modifiedAt)],
  ];
  return table(
    [],
    rows.flatMap(([name, text]) => (text === undefined ? [] : [[`  ${name}`, text]])),
  );
}

/** The bits with a name, and the others that are on. */
function statusWords(status: bigint, bits: readonly StatusBit[]): string {
  const isOn = (bit: number) => ((status >> BigInt(bit)) & 1n) === 1n;
  const named = bits.map(({ bit, label, on, off }) => {
    const words = isOn(bit) ? (on ?? 'on') : (off ?? 'off');
    return `${bit} ${label}: ${words}`;
  });
  const known = new Set(bits.map(({ bit }) => bit));
  const others = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => !known.has(bit) && isOn(bit));
  return [
    formatStatus(status, 1),
    ...named,
    ...(others.length > 0 ? [`without a name, on: ${others.join(', ')}`] : []),
  ].join('\n');
}

function eventTable(events: readonly RecordEvent[]): string {
  return table(
    ['  AT', 'EVENT', 'BY', 'WHAT'],
    events.map(({ at, what, task, by, before, after }) => [
      `  ${clock(at)}`,
      what,
      by ?? task ?? '-',
      describe(before, after),
    ]),
  );
}

function describe(before: RecordEvent['before'], after: RecordEvent['after']): string {
  const text = (value: unknown) =>
    value === undefined || (Array.isArray(value) && value.length === 0)
      ? '-'
      : Array.isArray(value)
        ? value.join('; ')
        : typeof value === 'string'
          ? value
          : JSON.stringify(value);
  if (before && !after) return '';
  return Object.keys(after ?? {})
    .map((key) => `${key}: ${before ? `${text(before[key])} → ` : ''}${text(after![key])}`)
    .join('\n');
}
