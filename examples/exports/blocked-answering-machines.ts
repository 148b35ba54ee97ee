import { CsvExport, type ExportContext, type Target } from 'regie';

export const target: Target = { timezone: 'Africa/Dakar' };

/** Cards that the dialler blocked yesterday, since an answering machine took its calls (répondeurs bloqués). */
export default class BlockedAnsweringMachines extends CsvExport {
  override file = 'repondeurs_bloques_{yyyy}{MM}{dd}.csv';

  override header = [
    'main_id',
    'fichier',
    'numero_client',
    'telephone_1',
    'telephone_2',
    'telephone_3',
    'pays',
    'dateappel',
    'tentatives',
    'repondeurs',
  ];

  override rows({ source, from, to }: ExportContext) {
    return source('outbound').script(query, { from, to });
  }
}

const query = `
  select m.id, m.fichier, m.customer_number, m.phone1, m.phone2, m.phone3, m.country, m.dateappel, m.attempts,
    (select count(*) from attempt a where a.main_id = m.id and a.status = 'ANSWERING_MACHINE') as machines
  from main m
  where m.called = 'B'
    and m.dateappel >= cast(:from as date)
    and m.dateappel < cast(:to as date)
  order by m.id`;
