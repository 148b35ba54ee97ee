import { listDataboxes, type DataboxShown } from '../model/list-databoxes.ts';
import { formatStatus } from '../status/mask.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { some, withLibrary } from './library.ts';

export async function showDataboxes(session: Session): Promise<void> {
  const databoxes = await withLibrary(session, listDataboxes);
  const { out } = session;
  out.answer(databoxes.map(toJson), () =>
    databoxes.length === 0
      ? 'No databox yet: declare one under `library.databoxes` in regie.config.ts, or `regie library create databox <name>`.'
      : databoxes.map((databox) => describe(databox, out.colors.bold)).join('\n\n'),
  );
}

function toJson({ collections, records, ...databox }: DataboxShown) {
  return {
    ...databox,
    collections: collections.map(({ id, name, status }) => ({
      id,
      name,
      status: formatStatus(status),
      records: records.get(id) ?? 0,
    })),
  };
}

function describe(databox: DataboxShown, bold: (text: string) => string): string {
  const { name, timezone, collections, fields, statusBits, records, trashed } = databox;
  const trash = trashed > 0 ? `, ${some(trashed, 'record')} in the trash` : '';
  return [
    `${bold(name)}  (times of ${timezone}${trash})`,
    collections.length === 0
      ? '  no collection yet: regie library create collection <name>'
      : indent(
          table(
            ['COLLECTION', 'RECORDS'],
            collections.map((each) => [each.name, String(records.get(each.id) ?? 0)]),
            [1],
          ),
        ),
    ...(fields.length === 0
      ? []
      : [
          indent(
            table(
              ['FIELD', 'TYPE', 'FROM'],
              fields.map(({ name: field, type, multi, sources }) => [
                field,
                multi ? `${type}, several` : type,
                sources.join(', else ') || '-',
              ]),
            ),
          ),
        ]),
    ...(statusBits.length === 0
      ? []
      : [
          indent(
            table(
              ['BIT', 'MEANS', 'ON', 'OFF'],
              statusBits.map(({ bit, label, on, off }) => [String(bit), label, on ?? '-', off ?? '-']),
              [0],
            ),
          ),
        ]),
  ].join('\n');
}

const indent = (text: string) => text.replace(/^/gm, '  ');
